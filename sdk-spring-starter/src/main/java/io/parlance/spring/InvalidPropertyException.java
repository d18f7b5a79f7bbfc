package io.parlance.spring;

import org.jspecify.annotations.Nullable;

/** A property has a value that cannot be meant. */
final class InvalidPropertyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String property;
  private final boolean secret;
  private final @Nullable String reason;

  /**
   * @param value as it was given, or null where it must not be told
   * @param reason what is wrong with it, and what is allowed
   */
  InvalidPropertyException(
      String property, @Nullable Object value, @Nullable String reason, @Nullable Throwable cause) {
    super(property + (value == null ? "" : " = " + value) + ": " + reason, cause);
    this.property = property;
    this.secret = value == null;
    this.reason = reason;
  }

  String property() {
    return property;
  }

  /** The same with the value as it was written. */
  String describe(@Nullable String written) {
    return secret || written == null ? getMessage() : property + " = " + written + ": " + reason;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}

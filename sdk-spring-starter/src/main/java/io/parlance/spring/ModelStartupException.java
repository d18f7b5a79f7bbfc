package io.parlance.spring;

import io.parlance.NlpException;

/** A model that was to be loaded with the application cannot be. */
final class ModelStartupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String property;

  /**
   * @param property that names the model, or what else did
   */
  ModelStartupException(String property, String source, String task, NlpException cause) {
    super(
        property + " (" + source + ") cannot be loaded as " + task + ": " + cause.getMessage(),
        cause);
    this.property = property;
  }

  String property() {
    return property;
  }
}

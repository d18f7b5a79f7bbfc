package io.parlance;

import org.jspecify.annotations.Nullable;

/** A native library is missing or does not fit this machine. The message says what to add. */
public final class NativeLibraryException extends NlpException {
  private static final long serialVersionUID = 1L;

  /** The message names the thing, what was found, what was expected and what to do next. */
  public NativeLibraryException(String message) {
    super(message);
  }

  /** As {@link #NativeLibraryException(String)}, with what caused it. */
  public NativeLibraryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

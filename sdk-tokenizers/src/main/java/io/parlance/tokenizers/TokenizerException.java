package io.parlance.tokenizers;

import org.jspecify.annotations.Nullable;

/** A tokenizer could not be loaded or used; the message names the file and the reason. */
public class TokenizerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error without an underlying cause. */
  public TokenizerException(String message) {
    super(message);
  }

  /** An error with its underlying cause. */
  public TokenizerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

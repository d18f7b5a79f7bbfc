package io.parlance.tokenizers.chat;

import io.parlance.tokenizers.TokenizerException;
import org.jspecify.annotations.Nullable;

/**
 * A chat template is missing, is not valid, cannot render the messages it was given, or went beyond
 * its limits; the message names the template and the line.
 */
public class ChatTemplateException extends TokenizerException {
  private static final long serialVersionUID = 1L;

  ChatTemplateException(String message) {
    super(message);
  }

  ChatTemplateException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

package io.parlance.tokenizers.chat;

/**
 * The template itself refused the messages, for example because roles do not alternate. The message
 * is what the template passed to {@code raise_exception}, word for word.
 */
public final class ChatRejectedException extends ChatTemplateException {
  private static final long serialVersionUID = 1L;

  ChatRejectedException(String message) {
    super(message);
  }
}

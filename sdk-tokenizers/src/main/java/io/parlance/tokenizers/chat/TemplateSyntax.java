package io.parlance.tokenizers.chat;

/** A place in a template that is not valid; its name is added where it is known. */
final class TemplateSyntax extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;

  TemplateSyntax(String message, int line) {
    super(message, null, false, false);
    this.line = line;
  }

  int line() {
    return line;
  }
}

package io.parlance.tokenizers;

/**
 * {@link Tokenizer#cleanUpTokenizationSpaces} for a text that comes in pieces: gives as early as
 * possible what no later piece can change.
 */
final class SpaceCleanup {
  private final StringBuilder held = new StringBuilder();

  /** The character before what is held; 0 at the start. */
  private char previous;

  /** Takes the next piece and gives what is final by now, cleaned up. */
  String add(String piece) {
    held.append(piece);
    int end = held.length();
    while (end > 0 && !isFinal(end - 1)) {
      end--;
    }
    return release(end);
  }

  /** Gives what is left and begins anew. */
  String finish() {
    String rest = release(held.length());
    previous = 0;
    return rest;
  }

  private String release(int end) {
    if (end == 0) {
      return "";
    }
    String text = held.substring(0, end);
    previous = held.charAt(end - 1);
    held.delete(0, end);
    return Tokenizer.cleanUpTokenizationSpaces(text);
  }

  /**
   * Whether no replacement can reach from this character into what follows. All patterns begin with
   * a space and replacing only takes spaces away, so what is not after a space (or, as one
   * replacement can prepare another, after an apostrophe) can never become the inside of one.
   */
  private boolean isFinal(int index) {
    char before = index == 0 ? previous : held.charAt(index - 1);
    return switch (held.charAt(index)) {
      case ' ' -> false;
      case '\'' -> before != ' ' && before != 'n';
      case 'n' -> before != ' ';
      case 'v', 'r' -> before != ' ' && before != '\'';
      default -> true;
    };
  }
}

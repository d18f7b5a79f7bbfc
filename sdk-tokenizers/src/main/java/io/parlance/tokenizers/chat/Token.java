package io.parlance.tokenizers.chat;

/**
 * A piece of a template.
 *
 * @param text of data: the text itself; of a string: its value
 * @param line counted from 1
 */
record Token(Kind kind, String text, int line) {
  enum Kind {
    DATA,
    BLOCK_BEGIN,
    BLOCK_END,
    VARIABLE_BEGIN,
    VARIABLE_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** How the token is called in messages. */
  String describe() {
    return switch (kind) {
      case END -> "the end of the template";
      case DATA -> "text outside of a tag";
      case STRING -> "string '" + text + "'";
      case BLOCK_BEGIN -> "'{%'";
      case BLOCK_END -> "'%}'";
      case VARIABLE_BEGIN -> "'{{'";
      case VARIABLE_END -> "'}}'";
      default -> "'" + text + "'";
    };
  }
}

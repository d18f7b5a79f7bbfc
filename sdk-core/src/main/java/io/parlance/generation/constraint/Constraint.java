package io.parlance.generation.constraint;

import com.google.gson.JsonElement;
import io.parlance.InvalidInputException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which texts an answer may be. Immutable and cheap; {@link #on} makes what decides about tokens.
 */
public sealed interface Constraint {
  /** For messages. */
  String description();

  /**
   * In the tokens of a vocabulary.
   *
   * @throws InvalidInputException if it is wrong, or cannot be enforced
   */
  default TokenConstraint on(ConstraintVocabulary vocabulary) {
    return new TokenConstraint(description(), Grammars.of(this), vocabulary);
  }

  /**
   * Makes sure that it can be enforced.
   *
   * @throws InvalidInputException if it cannot; the message says what is in the way
   */
  default void check() {
    Grammars.of(this);
  }

  /** One of some texts. */
  record Choices(List<String> texts) implements Constraint {
    public Choices {
      texts = List.copyOf(texts);
    }

    @Override
    public String description() {
      return "the list of choices";
    }
  }

  /** A text that a regular expression of {@code java.util.regex} matches as a whole. */
  record Regex(String expression) implements Constraint {
    /** Of a pattern with its flags. */
    public static Regex of(Pattern pattern) {
      return new Regex(RegexCompiler.inline(pattern));
    }

    @Override
    public String description() {
      return "the regular expression '" + expression + "'";
    }
  }

  /** A document of JSON that conforms to a schema. */
  record Schema(JsonElement schema) implements Constraint {
    @Override
    public String description() {
      return "the JSON schema";
    }
  }
}

package io.parlance;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One text, or two that belong together, such as a premise and a hypothesis.
 *
 * @param text the text, or the first of two
 * @param pair the second text, or null
 */
public record TextInput(String text, @Nullable String pair) {
  public TextInput {
    Objects.requireNonNull(text, "text is null; pass an empty string for no text");
  }

  /** A text by itself. */
  public static TextInput of(String text) {
    return new TextInput(text, null);
  }

  /** Two texts. */
  public static TextInput pair(String text, String pair) {
    return new TextInput(
        text,
        Objects.requireNonNull(pair, "the second text is null; use TextInput.of for one text"));
  }
}

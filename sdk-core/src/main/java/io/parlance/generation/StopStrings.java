package io.parlance.generation;

import io.parlance.FinishReason;
import io.parlance.tokenizers.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ends a sequence when its text contains one of some strings. Thread-safe. */
public final class StopStrings implements StopCondition {
  /** Tokens before the string that decoders may look at. */
  private static final int CONTEXT = 8;

  private final Tokenizer tokenizer;
  private final List<String> strings;
  private final int longest;

  /** For the given strings, none of which is empty. */
  public StopStrings(Tokenizer tokenizer, List<String> strings) {
    this.tokenizer = tokenizer;
    this.strings = List.copyOf(strings);
    this.longest = strings.stream().mapToInt(String::length).max().orElse(0);
  }

  @Override
  public @Nullable FinishReason check(int[] generated) {
    // each character may take a few tokens: bytes
    int looked = Math.min(generated.length, 4 * longest + CONTEXT);
    int[] tail = Arrays.copyOfRange(generated, generated.length - looked, generated.length);
    return find(tokenizer.decode(tail, true)) >= 0 ? FinishReason.STOP_STRING : null;
  }

  /** Where the first of the strings begins in a text, or -1. */
  public int find(String text) {
    int first = -1;
    for (String string : strings) {
      int at = text.indexOf(string);
      if (at >= 0 && (first < 0 || at < first)) {
        first = at;
      }
    }
    return first;
  }

  /** How much of a text's end could be the beginning of one of the strings. */
  public int undecided(String text) {
    for (int length = Math.min(longest - 1, text.length()); length > 0; length--) {
      String end = text.substring(text.length() - length);
      if (strings.stream().anyMatch(string -> string.startsWith(end))) {
        return length;
      }
    }
    return 0;
  }
}

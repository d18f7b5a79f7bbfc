package io.parlance.task;

import io.parlance.generation.GenerationOptions;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a model wants its source: what stands before each text and which tokens say the languages.
 *
 * @param tokenizer of the model
 * @param prefix written before each text
 * @param first token before all others, which names the target language; empty for none
 * @param language what marks the source language, or null
 * @param options what the task sets for the decoder
 * @param from source language as the model calls it, or null
 * @param to target language as the model calls it, or null
 */
record SourceForm(
    Tokenizer tokenizer,
    String prefix,
    OptionalInt first,
    @Nullable LanguageMark language,
    GenerationOptions options,
    @Nullable String from,
    @Nullable String to) {

  /**
   * The token of the source language.
   *
   * @param token which it is
   * @param all the tokens of all languages; where the tokenizer adds one of them to every text,
   *     this one takes its place
   * @param last whether it is else added at the end, rather than at the beginning
   */
  record LanguageMark(int token, Set<Integer> all, boolean last) {}

  /** A text that is not marked in any way. */
  static SourceForm plain(Tokenizer tokenizer, String prefix, GenerationOptions options) {
    return new SourceForm(tokenizer, prefix, OptionalInt.empty(), null, options, null, null);
  }

  SourceForm languages(@Nullable String source, @Nullable String target) {
    return new SourceForm(tokenizer, prefix, first, language, options, source, target);
  }

  /** All tokens that the encoder reads for a text. */
  int[] encode(String text) {
    return mark(tokenizer.encode(prefix + text).ids());
  }

  /**
   * As {@link #encode}, cut after so many tokens; those at the end of every text stay.
   *
   * @param most more than what stands around each text
   */
  int[] encode(String text, int most) {
    int added = encode("").length - tokenizer.encode(prefix).ids().length;
    return mark(
        tokenizer
            .encode(prefix + text, EncodingOptions.truncated(Math.max(1, most - added)))
            .ids());
  }

  /** The tokens of a text alone. */
  Encoding tokens(String text) {
    return tokenizer.encode(text, EncodingOptions.DEFAULT.withSpecialTokens(false));
  }

  private int[] mark(int[] ids) {
    int[] marked = language == null ? ids : withLanguage(ids, language);
    if (first.isEmpty()) {
      return marked;
    }
    int[] all = new int[marked.length + 1];
    all[0] = first.getAsInt();
    System.arraycopy(marked, 0, all, 1, marked.length);
    return all;
  }

  private static int[] withLanguage(int[] ids, LanguageMark mark) {
    // a tokenizer adds its own at the very beginning, or after the end token
    for (int place : new int[] {0, ids.length - 1}) {
      if (place >= 0 && place < ids.length && mark.all().contains(ids[place])) {
        int[] replaced = ids.clone();
        replaced[place] = mark.token();
        return replaced;
      }
    }
    int[] added = Arrays.copyOf(ids, ids.length + 1);
    if (!mark.last()) {
      System.arraycopy(ids, 0, added, 1, ids.length);
    }
    added[mark.last() ? ids.length : 0] = mark.token();
    return added;
  }
}

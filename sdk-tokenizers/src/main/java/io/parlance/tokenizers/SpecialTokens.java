package io.parlance.tokenizers;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that play a named part in a model's input, as {@code tokenizer_config.json} and {@code
 * special_tokens_map.json} name them; null where a tokenizer has none.
 *
 * @param padding fills sequences up to a common length
 * @param unknown stands for text outside of the vocabulary
 * @param classification opens an encoder's input ({@code [CLS]}, {@code <s>})
 * @param separator ends a sequence or parts two ({@code [SEP]}, {@code </s>})
 * @param mask stands for a token to be predicted
 * @param beginning opens a generative model's input
 * @param end closes a generative model's output
 * @param additional further special tokens
 */
public record SpecialTokens(
    @Nullable String padding,
    @Nullable String unknown,
    @Nullable String classification,
    @Nullable String separator,
    @Nullable String mask,
    @Nullable String beginning,
    @Nullable String end,
    List<String> additional) {

  /** Keeps a copy of the additional tokens. */
  public SpecialTokens {
    additional = List.copyOf(additional);
  }
}

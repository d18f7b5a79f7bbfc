package io.parlance.generation.constraint;

import io.parlance.InvalidInputException;
import io.parlance.tokenizers.TokenBytes;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.TokenizerException;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** The tokens that constrained texts are made of, by their bytes. Immutable. */
public final class ConstraintVocabulary {
  private final TokenBytes bytes;
  private final int size;
  private final TokenTrie later;
  private final TokenTrie first;

  private final BitSet ends = new BitSet();

  private ConstraintVocabulary(TokenBytes bytes, int size, int[] endTokens) {
    this.bytes = bytes;
    this.size = size;
    Arrays.stream(endTokens).forEach(ends::set);
    later = TokenTrie.of(size, token -> bytes(token, false));
    boolean same = true;
    for (int token = 0; token < size && same; token++) {
      same = Arrays.equals(bytes.first(token), bytes.later(token));
    }
    first = same ? later : TokenTrie.of(size, token -> bytes(token, true));
  }

  /**
   * Of a tokenizer.
   *
   * @param modelVocabulary logits of the model; tokens beyond them cannot be chosen
   * @param endTokens what ends answers, which are no text then
   * @throws InvalidInputException if the text of a token depends on those after it
   */
  public static ConstraintVocabulary of(Tokenizer tokenizer, int modelVocabulary, int[] endTokens) {
    try {
      TokenBytes bytes = tokenizer.tokenBytes();
      return new ConstraintVocabulary(bytes, Math.min(bytes.size(), modelVocabulary), endTokens);
    } catch (TokenizerException e) {
      throw new InvalidInputException(
          "the model's tokenizer cannot be held to a constraint: " + e.getMessage(), e);
    }
  }

  TokenTrie trie(boolean atBeginning) {
    return atBeginning ? first : later;
  }

  /** What a token adds to a text; null where it adds nothing. */
  byte @Nullable [] bytes(int token, boolean atBeginning) {
    if (token < 0 || token >= size || ends.get(token)) {
      return null;
    }
    return atBeginning ? bytes.first(token) : bytes.later(token);
  }
}

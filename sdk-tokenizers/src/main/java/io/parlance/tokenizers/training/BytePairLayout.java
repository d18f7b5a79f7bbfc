package io.parlance.tokenizers.training;

import java.util.List;

/** Special tokens and their places in the two families that use byte-level BPE. */
public enum BytePairLayout {
  /** {@code <|endoftext|>} is the only special token and is not added to texts. */
  GPT2(List.of("<|endoftext|>")),
  /** {@code <s> A </s>}, pairs {@code <s> A </s></s> B </s>}; ids 0 to 4 as in RoBERTa. */
  ROBERTA(List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>"));

  private final List<String> specialTokens;

  BytePairLayout(List<String> specialTokens) {
    this.specialTokens = specialTokens;
  }

  /** The special tokens in the order of their ids. */
  public List<String> specialTokens() {
    return specialTokens;
  }
}

package io.parlance.tokenizers.training;

import java.util.List;

/** Special tokens and their places in the families that use Unigram vocabularies. */
public enum UnigramLayout {
  /** {@code A </s>}, pairs {@code A </s> B </s>}; ids 0 to 2 as in T5. */
  T5(List.of("<pad>", "</s>", "<unk>"), "A </s>", "A </s> B </s>"),
  /**
   * {@code <s> A </s>}, pairs {@code <s> A </s> </s> B </s>}; ids 0 to 3 as in XLM-RoBERTa, the
   * mask at id 4.
   */
  XLM_ROBERTA(
      List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>"), "<s> A </s>", "<s> A </s> </s> B </s>");

  private final List<String> specialTokens;
  private final String single;
  private final String pair;

  UnigramLayout(List<String> specialTokens, String single, String pair) {
    this.specialTokens = specialTokens;
    this.single = single;
    this.pair = pair;
  }

  /** The special tokens in the order of their ids. */
  public List<String> specialTokens() {
    return specialTokens;
  }

  String single() {
    return single;
  }

  String pair() {
    return pair;
  }
}

package io.parlance.tokenizers.training;

import java.util.List;
import java.util.stream.Stream;

/** Special tokens and their places in the families that use Unigram vocabularies. */
public enum UnigramLayout {
  /** {@code A </s>}, pairs {@code A </s> B </s>}; ids 0 to 2 as in T5. */
  T5(List.of("<pad>", "</s>", "<unk>"), List.of(), "A </s>", "A </s> B </s>"),
  /**
   * {@code <s> A </s>}, pairs {@code <s> A </s> </s> B </s>}; ids 0 to 3 as in XLM-RoBERTa, the
   * mask at id 4.
   */
  XLM_ROBERTA(
      List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>"),
      List.of(),
      "<s> A </s>",
      "<s> A </s> </s> B </s>"),
  /**
   * {@code A </s>}, pairs {@code A </s> B </s>}; ids 0 and 1 as in the translators of OPUS-MT,
   * padding and what the decoder begins with the last token. Additional special tokens, such as
   * {@code >>fr<<} for a target language, stand before it.
   */
  MARIAN(List.of("</s>", "<unk>"), List.of("<pad>"), "A </s>", "A </s> B </s>");

  private final List<String> first;
  private final List<String> last;
  private final String single;
  private final String pair;

  UnigramLayout(List<String> first, List<String> last, String single, String pair) {
    this.first = first;
    this.last = last;
    this.single = single;
    this.pair = pair;
  }

  /** The special tokens in the order of their ids. */
  public List<String> specialTokens() {
    return Stream.concat(first.stream(), last.stream()).toList();
  }

  /** Those of them before all other tokens. */
  List<String> first() {
    return first;
  }

  /** Those of them after all other tokens. */
  List<String> last() {
    return last;
  }

  String single() {
    return single;
  }

  String pair() {
    return pair;
  }
}

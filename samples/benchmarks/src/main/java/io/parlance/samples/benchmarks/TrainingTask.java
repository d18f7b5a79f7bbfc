package io.parlance.samples.benchmarks;

import io.parlance.models.architecture.Head;
import java.util.Locale;

/** What is trained: an encoder with different heads, a decoder, an encoder-decoder. */
enum TrainingTask {
  /** Two classes over the pooled first token. */
  CLASSIFIER(Head.SEQUENCE_CLASSIFICATION, "classifier"),

  /**
   * The same classifier and loss, but libtorch too computes the last layer for the first token
   * only, as Parlance always does.
   */
  CLASSIFIER_FIRST_TOKEN(
      Head.SEQUENCE_CLASSIFICATION, "classifier, last layer for the first token in both"),

  /** Masked language modelling with a label at each position. */
  MASKED_LM(Head.MASKED_LM, "masked language model, all positions labelled"),

  /**
   * Masked language modelling; 15 % of the positions are scored, the others never reach the head.
   */
  MASKED_LM_GATHERED(Head.MASKED_LM, "masked language model, 15 % of the positions"),

  /** Each position predicts the next token. */
  CAUSAL_LM(Head.CAUSAL_LM, "causal language model"),

  /** GPT-2: norms in front, weights stored as [in, out]. */
  GPT2_LM(Head.CAUSAL_LM, "GPT-2"),

  /** T5: an encoder and a decoder of that many layers each, as many targets as sources. */
  T5(Head.CONDITIONAL_GENERATION, "T5");

  private final Head head;
  private final String title;

  TrainingTask(Head head, String title) {
    this.head = head;
    this.title = title;
  }

  Head head() {
    return head;
  }

  boolean languageModel() {
    return head != Head.SEQUENCE_CLASSIFICATION;
  }

  /**
   * How far losses may differ after some updates. Adam's first steps have the size of the rate
   * whatever the gradient, so that rounding decides about the smallest: two spellings of T5's norm
   * on libtorch differ by 4e-4, and one wrong bucket of distances by 3e-3.
   */
  double lossTolerance() {
    return this == T5 ? 1e-3 : 1e-4;
  }

  /** The row's name in the table. */
  String title() {
    return title;
  }

  /** The name on the command line, for example {@code masked-lm}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

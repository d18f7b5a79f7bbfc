package io.parlance.samples.benchmarks;

import io.parlance.models.architecture.BertHead;
import java.util.Locale;

/** What is trained: one encoder with different heads. */
enum TrainingTask {
  /** Two classes over the pooled first token. */
  CLASSIFIER(BertHead.SEQUENCE_CLASSIFICATION, "classifier"),

  /**
   * The same classifier and loss, but libtorch too computes the last layer for the first token
   * only, as Parlance always does.
   */
  CLASSIFIER_FIRST_TOKEN(
      BertHead.SEQUENCE_CLASSIFICATION, "classifier, last layer for the first token in both"),

  /** Masked language modelling with a label at each position. */
  MASKED_LM(BertHead.MASKED_LM, "masked language model, all positions labelled"),

  /**
   * Masked language modelling; 15 % of the positions are scored, the others never reach the head.
   */
  MASKED_LM_GATHERED(BertHead.MASKED_LM, "masked language model, 15 % of the positions"),

  /** Each position predicts the next token. */
  CAUSAL_LM(BertHead.CAUSAL_LM, "causal language model");

  private final BertHead head;
  private final String title;

  TrainingTask(BertHead head, String title) {
    this.head = head;
    this.title = title;
  }

  BertHead head() {
    return head;
  }

  boolean languageModel() {
    return head != BertHead.SEQUENCE_CLASSIFICATION;
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

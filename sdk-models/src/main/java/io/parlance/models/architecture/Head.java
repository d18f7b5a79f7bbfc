package io.parlance.models.architecture;

import java.util.Set;

/** What a model makes of its hidden states. Not every family has every head. */
public enum Head {
  /** None: {@code last_hidden_state}, and {@code pooler_output} where there is a pooler. */
  BODY("Model"),
  /**
   * Scores over the vocabulary for hidden tokens. With the optional input {@code masked_positions}
   * [masked], indexes into the flattened batch, only those positions are scored and labels are
   * [masked] too: training then spares the product with the whole vocabulary at positions that do
   * not count.
   */
  MASKED_LM("ForMaskedLM", "labels", "masked_positions"),
  /** What the family was pretrained with, see there. */
  PRETRAINING("ForPreTraining"),
  /** Causal language modelling: position i predicts token i + 1. */
  CAUSAL_LM("ForCausalLM", "labels"),
  /** Next sentence prediction; class 0 means that the second text follows the first. */
  NEXT_SENTENCE_PREDICTION("ForNextSentencePrediction", "labels"),
  /**
   * One class, several classes or a number for a text or a pair; see {@link Labels.ProblemType}.
   */
  SEQUENCE_CLASSIFICATION("ForSequenceClassification", "labels"),
  /** A class for each token. */
  TOKEN_CLASSIFICATION("ForTokenClassification", "labels"),
  /** Scores of each token as start and as end of the answer. */
  QUESTION_ANSWERING("ForQuestionAnswering", "start_positions", "end_positions"),
  /** One of several continuations: inputs are [batch, choices, sequence]. */
  MULTIPLE_CHOICE("ForMultipleChoice", "labels"),
  /**
   * Causal language modelling and choosing among continuations: inputs are [batch, choices,
   * sequence], {@code mc_token_ids} [batch, choices] say where each choice is read off, its last
   * token by default.
   */
  DOUBLE_HEADS("DoubleHeadsModel", "labels", "mc_token_ids", "mc_labels"),
  /**
   * Text to text: an encoder reads {@code input_ids}, a decoder predicts each token of {@code
   * labels} from those before it. {@code decoder_input_ids} are the labels moved by one where they
   * are not given.
   */
  CONDITIONAL_GENERATION("ForConditionalGeneration", "labels"),
  /** The encoder of an encoder-decoder alone: {@code last_hidden_state}. */
  ENCODER("EncoderModel");

  private final String suffix;
  private final Set<String> targets;

  Head(String suffix, String... targets) {
    this.suffix = suffix;
    this.targets = Set.of(targets);
  }

  /** What follows the family's name in the class names of {@code transformers}, as a rule. */
  String suffix() {
    return suffix;
  }

  /** The inputs that only the loss or training needs. */
  Set<String> targets() {
    return targets;
  }
}

package io.parlance.models.architecture;

import java.util.Map;

/**
 * What tells BART and its relatives apart.
 *
 * @param modelType {@code model_type} in {@code config.json}
 * @param architectures the classes of {@code transformers} that are built, by head
 * @param positions how tokens know their position
 * @param normFirst whether normalizations stand before the sublayers rather than after them, and
 *     one more after the last layer
 * @param normEmbeddings whether the embeddings are normalized
 * @param scoresBiased whether scores have a bias, {@code final_logits_bias}, that is not trained
 * @param firstFromLast whether labels become the decoder's input by moving their last token, that
 *     of the language, to the front
 */
record BartFamily(
    String modelType,
    Map<Head, String> architectures,
    Positions positions,
    boolean normFirst,
    boolean normEmbeddings,
    boolean scoresBiased,
    boolean firstFromLast) {

  /** How tokens know their position. */
  enum Positions {
    /** A table of learned vectors, whose first two rows nothing uses. */
    LEARNED,
    /** Sines and cosines as in the paper of the transformer. */
    SINUSOIDAL,
    /** Sines and cosines as in Tensor2Tensor; padding does not count. */
    SINUSOIDAL_WITHOUT_PADDING
  }
}

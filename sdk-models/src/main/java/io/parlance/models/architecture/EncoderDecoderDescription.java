package io.parlance.models.architecture;

import io.parlance.models.graph.Initialization;
import io.parlance.models.weights.WeightNames;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What heads, files and graphs need to know of a family of encoder-decoders.
 *
 * @param modelType {@code model_type} in {@code config.json}
 * @param architectures the classes of {@code transformers} that are built, by head
 * @param bodies the name of the body in the model of each head; empty where there is none
 * @param weightNames how files name the weights, beyond the names of the parameters
 * @param hiddenSize width of the states
 * @param cache what the decoder remembers of a token
 * @param positions the longest sequence there are positions for; empty where they are relative
 * @param tokens those that generation begins and ends with
 * @param firstFromLast whether labels become the decoder's input by moving their last token to the
 *     front, rather than by a first token that is always the same
 * @param weights how new weights of heads are drawn
 * @param labels the classes of classification heads
 */
record EncoderDecoderDescription(
    String modelType,
    Map<Head, String> architectures,
    Map<Head, String> bodies,
    WeightNames weightNames,
    long hiddenSize,
    DecoderDescription.CacheSize cache,
    OptionalLong positions,
    GenerationTokens tokens,
    boolean firstFromLast,
    Initialization weights,
    Labels labels) {

  /** The name of the body in the model with this head; empty where there is none. */
  String body(Head head) {
    return bodies.getOrDefault(head, "");
  }
}

package io.parlance.models.architecture;

import io.parlance.models.weights.WeightNames;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What heads, files and graphs need to know of a family of decoders.
 *
 * @param modelType {@code model_type} in {@code config.json}
 * @param architectures the classes of {@code transformers} that are built, by head
 * @param body the name of the body in models with a head, such as {@code transformer}
 * @param embeddings the name of the word embeddings in the body
 * @param output the name of the layer that scores the next token
 * @param tied whether that layer is the word embeddings
 * @param vocabularySize number of tokens
 * @param embeddingSize width of the word embeddings
 * @param paddingRow the row of the word embeddings that is not trained, or -1
 * @param cache what is remembered of a token
 * @param positions the longest sequence there are positions for; empty where they are computed
 * @param takesPositions whether {@code forward} takes {@code position_ids}
 * @param initializerRange standard deviation of new weights
 * @param classifierDropout dropout before those classifiers that have some
 * @param tokenClassifier the name of the classifier of tokens
 * @param buffers names of buffers in files that are not weights, as regular expressions
 * @param tokens begin, end and padding
 * @param labels the classes of classification heads
 */
record DecoderDescription(
    String modelType,
    Map<Head, String> architectures,
    String body,
    String embeddings,
    String output,
    boolean tied,
    long vocabularySize,
    long embeddingSize,
    int paddingRow,
    CacheSize cache,
    OptionalLong positions,
    boolean takesPositions,
    double initializerRange,
    double classifierDropout,
    String tokenClassifier,
    List<String> buffers,
    SpecialTokens tokens,
    Labels labels) {

  /** What is remembered of a token: keys and values of this width for each head of each layer. */
  record CacheSize(int layers, long heads, long width) {}

  /** Families whose class for question answering calls the body otherwise than the others do. */
  private static final Set<String> OTHER_BODY_FOR_ANSWERS = Set.of("llama", "qwen2");

  /** Families whose tokens may have kinds, which are tokens of the vocabulary too. */
  private static final Set<String> TYPED = Set.of("openai-gpt", "gpt2", "gpt3", "gpt_neo");

  /** Whether tokens may have kinds, {@code token_type_ids}. */
  boolean takesTokenTypes() {
    return TYPED.contains(modelType);
  }

  /** Whether the reference takes {@code token_type_ids} with this head, but passes over them. */
  boolean ignoresTokenTypes(Head head) {
    return modelType.equals("gpt_neox")
        && (head == Head.TOKEN_CLASSIFICATION || head == Head.QUESTION_ANSWERING);
  }

  /** The name of the body in the model with this head. */
  String body(Head head) {
    return head == Head.QUESTION_ANSWERING && OTHER_BODY_FOR_ANSWERS.contains(modelType)
        ? "transformer"
        : body;
  }

  /** How files name the weights of the model with this head, beyond the names of the parameters. */
  WeightNames weightNames(Head head) {
    WeightNames names = WeightNames.of(body(head) + ".");
    for (String buffer : buffers) {
      names = names.ignore(buffer);
    }
    return tied
        ? names.alias(output + ".weight", body(head) + "." + embeddings + ".weight")
        : names;
  }
}

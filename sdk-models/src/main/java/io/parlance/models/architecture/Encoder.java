package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.tanh;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.PostNormLayer;
import io.parlance.models.nn.RelativeDistances;
import io.parlance.models.nn.VocabularyScores;
import io.parlance.models.weights.WeightNames;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An encoder of a family: its body, and what its heads do in a way of their own. What heads of all
 * families have in common is in {@link EncoderHeads}. Scopes are the model's root unless a
 * parameter is called {@code body}: that is the scope of the bare encoder.
 */
abstract class Encoder {

  final EncoderSettings settings;
  private final String prefix;

  /**
   * An encoder.
   *
   * @param prefix the name of the bare encoder in a model with a head, e.g. {@code bert}
   */
  Encoder(EncoderSettings settings, String prefix) {
    this.settings = settings;
    this.prefix = prefix;
  }

  /** The classes with each of its heads. */
  abstract EncoderFamily family();

  /** What it was made from. */
  abstract EncoderConfig<?> config();

  /** The contents of {@code config.json} for a model of this class. */
  abstract JsonObject configuration(String architecture);

  final String prefix() {
    return prefix;
  }

  /** The longest sequence that there are positions for. */
  OptionalLong maximumLength() {
    return OptionalLong.of(settings.maxPositionEmbeddings());
  }

  /**
   * How files name the weights. Published checkpoints were saved with a pooler that the class they
   * name does not use; the reference leaves it out too.
   */
  WeightNames weightNames() {
    return WeightNames.of(prefix + ".")
        .optional("pooler")
        .ignore(Pattern.quote(prefix + ".") + "pooler\\..*");
  }

  /** The arguments that describe tokens; the first of them are those of exported graphs. */
  List<String> tokenInputs() {
    return List.of("input_ids", "attention_mask", "token_type_ids", "position_ids");
  }

  /** The inputs of exported graphs. */
  List<String> exportedInputs() {
    return List.of("input_ids", "attention_mask", "token_type_ids");
  }

  /** The shape of one of {@link #exportedInputs}. */
  Shape inputShape(String input) {
    return Shape.of("batch", "sequence");
  }

  /**
   * The hidden states after the last layer.
   *
   * @param firstOnly whether only the state that stands for the whole text is wanted, that of the
   *     first token as a rule; spares most of the last layer
   * @return [batch, sequence, hidden], or [batch, 1, hidden]
   */
  abstract Value encode(Scope body, TokenInputs tokens, boolean firstOnly);

  /** The hidden states as {@code last_hidden_state}, and what else the bare encoder gives out. */
  Map<String, Value> states(Scope body, TokenInputs tokens) {
    return EncoderHeads.named("last_hidden_state", encode(body, tokens, false));
  }

  /** What the pooler makes of the hidden states: [batch, hidden]; null if there is no pooler. */
  @Nullable Value pool(Scope body, Value hidden) {
    return null;
  }

  /**
   * Scores of whole texts.
   *
   * @param hidden hidden states; only those of first tokens need to be there
   * @return [batch, outputs]
   */
  abstract Value classify(Scope root, Value hidden, long outputs);

  /** The loss of scores of whole texts. */
  Value classificationLoss(Value logits, Value labels) {
    return ClassificationLoss.of(settings.labels(), logits, labels);
  }

  /** The score of each text as a choice: [batch, 1]. */
  Value choose(Scope root, Value hidden) {
    return classify(root, hidden, 1);
  }

  /** Scores of each token: [batch, sequence, outputs]. */
  Value tag(Scope root, Value hidden, long outputs) {
    return linear(root, "classifier", Dropout.apply(hidden, settings.classifierDropout()), outputs);
  }

  /** Scores of each token as start and as end: [batch, sequence, 2]. */
  Value span(Scope root, Value hidden) {
    return linear(root, "qa_outputs", hidden, 2);
  }

  /** Scores over the vocabulary: [..., hidden] becomes [..., vocabulary]. */
  abstract Value predict(Scope root, Value hidden);

  /** The outputs of the pretraining head; families that have one say what it does. */
  Map<String, Value> pretrain(Inputs inputs) {
    throw new UnsupportedOperationException(getClass().getSimpleName() + " has no such head");
  }

  /** The inputs that only the loss of the pretraining head needs. */
  Set<String> pretrainingTargets() {
    return Set.of();
  }

  /** Scores of whether the second text follows the first: [batch, 2]. */
  Value followsNext(Scope root, Value hidden) {
    throw new UnsupportedOperationException(getClass().getSimpleName() + " has no such head");
  }

  // ---- what several families use

  /** One layer of a stack. */
  interface Layer {
    /**
     * Writes layer {@code index}.
     *
     * @param queries the positions whose output is wanted
     * @param keys all positions
     * @param bias added to the scores
     */
    Value apply(int index, Value queries, Value keys, @Nullable Value bias);
  }

  /** Layers on each other; the last sees only the first token as a query if no other is wanted. */
  Value layers(Value embedded, @Nullable Value bias, boolean firstOnly, Layer layer) {
    return layers(settings.hiddenLayers(), embedded, bias, firstOnly, layer);
  }

  /** The same for another number of layers than {@code num_hidden_layers}. */
  static Value layers(
      int count, Value embedded, @Nullable Value bias, boolean firstOnly, Layer layer) {
    Value hidden = embedded;
    for (int i = 0; i < count; i++) {
      hidden =
          firstOnly && i == count - 1
              ? layer.apply(i, first(hidden), hidden, Attention.firstQuery(bias))
              : layer.apply(i, hidden, hidden, bias);
    }
    return firstOnly && count == 0 ? first(hidden) : hidden;
  }

  /**
   * The attention of a layer whose keys are told apart by position embeddings or distances.
   *
   * @param distances where the layer's embeddings of distances are, if it has them
   */
  PostNormLayer.AttentionFunction attention(
      PositionEmbedding type, Scope distances, @Nullable Value bias) {
    return (q, k, v) -> {
      Value scores =
          switch (type) {
            case ABSOLUTE -> bias;
            case RELATIVE_KEY -> table(distances).bias(q, null, k, bias);
            case RELATIVE_KEY_QUERY -> table(distances).bias(q, k, k, bias);
          };
      return Attention.scaledDotProduct(q, k, v, scores, settings.attentionDropout());
    };
  }

  private RelativeDistances table(Scope distances) {
    return new RelativeDistances(distances, settings.maxPositionEmbeddings(), settings.weights());
  }

  /** The state of the first token: [batch, 1, hidden]. */
  static Value first(Value hidden) {
    return slice(hidden, 1, 0, 1);
  }

  /** The state of the first token: [batch, hidden]. */
  static Value firstToken(Value hidden) {
    return squeeze(first(hidden), 1);
  }

  /** {@code tanh(dense(x))}. */
  Value tanhDense(Scope scope, String name, Value x) {
    return tanh(linear(scope, name, x, settings.hiddenSize()));
  }

  /** A linear layer. */
  Value linear(Scope scope, String name, Value x, long outputs) {
    return scope.in(name, s -> Linear.apply(s, x, outputs, settings.weights()));
  }

  /** {@code classifier(dropout(x))}. */
  Value classifier(Scope root, Value x, long outputs) {
    return linear(root, "classifier", Dropout.apply(x, settings.classifierDropout()), outputs);
  }

  /** {@code out_proj(dropout(activation(dense(dropout(first token)))))}. */
  Value denseClassifier(Scope root, Value hidden, long outputs, Activation activation) {
    double dropout = settings.classifierDropout();
    return root.in(
        "classifier",
        s -> {
          Value first = Dropout.apply(firstToken(hidden), dropout);
          Value dense = activation.apply(linear(s, "dense", first, settings.hiddenSize()));
          return linear(s, "out_proj", Dropout.apply(dense, dropout), outputs);
        });
  }

  /**
   * Scores over the vocabulary by the word embeddings.
   *
   * @param head where the head's parameters are
   * @param names of the head's parameters
   * @param untied the scope of a table of its own, if it is not tied to the embeddings
   * @param width of the word embeddings
   */
  Value scores(
      Scope root,
      Scope head,
      Value hidden,
      VocabularyScores.Names names,
      String untied,
      long width,
      Activation activation) {
    Scope owner = new Scope(root.graph(), head.name(untied));
    VocabularyScores.Names parts =
        settings.tieWordEmbeddings()
            ? names // else the table's own layer has the bias
            : new VocabularyScores.Names(names.dense(), names.norm(), untied + ".bias");
    return new VocabularyScores(
            parts, width, activation, settings.layerNormEpsilon(), settings.weights())
        .apply(head, hidden, wordTable(root, owner, width));
  }

  /** The word embeddings, or the table of a head that is not tied to them. */
  Value wordTable(Scope root, Scope untied, long width) {
    Scope owner =
        settings.tieWordEmbeddings()
            ? new Scope(root.graph(), embeddings(root) + ".word_embeddings")
            : untied;
    return Embedding.table(
        owner, settings.vocabularySize(), width, settings.embeddings(width).words());
  }

  /** Where the embeddings are. */
  String embeddings(Scope root) {
    return root.name(prefix + ".embeddings");
  }

  /** Rows of flattened hidden states: [positions, hidden]. */
  static Value rows(Value hidden, Value positions) {
    return gather(reshape(hidden, -1, hidden.shape().get(-1).size()), positions, 0);
  }
}

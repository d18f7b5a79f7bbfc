package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.FusedAttention;
import io.parlance.models.nn.LayerNorm;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The layers of GPT-2, which GPT-3 has as well; parameter names are those of {@code transformers}'
 * GPT2Model.
 */
class Gpt2 implements Decoder {

  static final Map<Head, String> ARCHITECTURES =
      Map.of(
          Head.BODY, "GPT2Model",
          Head.CAUSAL_LM, "GPT2LMHeadModel",
          Head.SEQUENCE_CLASSIFICATION, "GPT2ForSequenceClassification",
          Head.TOKEN_CLASSIFICATION, "GPT2ForTokenClassification",
          Head.QUESTION_ANSWERING, "GPT2ForQuestionAnswering",
          Head.DOUBLE_HEADS, "GPT2DoubleHeadsModel");

  private final Gpt2Config config;
  private final Initialization weights;

  Gpt2(Gpt2Config config) {
    this.config = config;
    this.weights = new Initialization.Normal(config.initializerRange());
  }

  @Override
  public DecoderDescription description() {
    return description("gpt2", ARCHITECTURES);
  }

  /** The description of a family that has these modules. */
  final DecoderDescription description(String modelType, Map<Head, String> architectures) {
    return new DecoderDescription(
        modelType,
        architectures,
        "transformer",
        "wte",
        "lm_head",
        config.tieWordEmbeddings(),
        config.vocabularySize(),
        config.hiddenSize(),
        -1,
        new DecoderDescription.CacheSize(
            config.hiddenLayers(),
            config.attentionHeads(),
            config.hiddenSize() / config.attentionHeads()),
        OptionalLong.of(config.positions()),
        true,
        config.initializerRange(),
        config.classifierDropout(),
        "classifier",
        List.of("(transformer\\.)?h\\.\\d+\\.attn\\.bias"),
        config.tokens(),
        config.labels());
  }

  @Override
  public void write(JsonObject json) {
    config.write(json);
  }

  @Override
  public States hiddenStates(Scope scope, CausalSequence sequence) {
    Value positions =
        scope.in(
            "wpe",
            s ->
                Embedding.apply(
                    s, sequence.positions(), config.positions(), config.hiddenSize(), weights));
    Value embedded = add(words(scope, sequence), positions);
    Value hidden = Dropout.apply(embedded, config.embeddingDropout());
    for (int i = 0; i < config.hiddenLayers(); i++) {
      Value x = hidden;
      int layer = i;
      hidden = scope.in("h", i, s -> layer(s, x, sequence, layer));
    }
    Value last = hidden;
    return States.of(scope.in("ln_f", s -> norm(s, last)));
  }

  private Value layer(Scope scope, Value x, CausalSequence sequence, int index) {
    Value first = scope.in("ln_1", s -> norm(s, x));
    Value attended = add(x, scope.in("attn", s -> attention(s, first, sequence, scores(index))));
    Value second = scope.in("ln_2", s -> norm(s, attended));
    return add(attended, scope.in("mlp", s -> feedForward(s, second)));
  }

  private Value attention(Scope scope, Value x, CausalSequence sequence, CausalAttention scores) {
    FusedAttention attention =
        new FusedAttention(config.attentionHeads(), weights, residualWeights());
    return Dropout.apply(attention.apply(scope, x, sequence, scores), config.residualDropout());
  }

  /** How the attention of a layer scores. */
  CausalAttention scores(int layer) {
    double scale =
        config.scaleScores() ? 1 / Math.sqrt(config.hiddenSize() / config.attentionHeads()) : 1;
    return new CausalAttention(
        config.scaleByLayer() ? scale / (layer + 1) : scale, 0, 0, config.attentionDropout());
  }

  private Value feedForward(Scope scope, Value x) {
    FeedForward layer =
        new FeedForward(
            config.innerSize().orElse(4 * config.hiddenSize()),
            Activation.named(config.activationFunction()),
            weights,
            residualWeights());
    return Dropout.apply(
        layer.applyTransposed(scope, x, "c_fc", "c_proj"), config.residualDropout());
  }

  /** Layers that add to the residual stream start smaller, the more of them there are. */
  private Initialization residualWeights() {
    return new Initialization.Normal(
        config.initializerRange() / Math.sqrt(2.0 * config.hiddenLayers()));
  }

  private Value norm(Scope scope, Value x) {
    return LayerNorm.apply(scope, x, config.layerNormEpsilon());
  }
}

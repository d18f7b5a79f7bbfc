package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.Alibi;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.Linear;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * BLOOM (Le Scao et al. 2022, arXiv:2211.05100): positions by linear biases on the scores, a norm
 * after the embeddings. The keys of {@code config.json} and their defaults are those of {@code
 * transformers}' BloomConfig.
 *
 * @param vocabularySize {@code vocab_size}
 * @param hiddenSize {@code hidden_size} or {@code n_embed}, a multiple of {@code attentionHeads}
 * @param hiddenLayers {@code n_layer}
 * @param attentionHeads {@code n_head}
 * @param layerNormEpsilon {@code layer_norm_epsilon}
 * @param initializerRange {@code initializer_range}, the standard deviation of new weights
 * @param residualAfterNorm {@code apply_residual_connection_post_layernorm}
 * @param hiddenDropout {@code hidden_dropout}
 * @param attentionDropout {@code attention_dropout}
 * @param tieWordEmbeddings {@code tie_word_embeddings}
 * @param tokens begin, end and padding
 * @param labels the classes of classification heads
 */
public record BloomConfig(
    long vocabularySize,
    long hiddenSize,
    int hiddenLayers,
    int attentionHeads,
    double layerNormEpsilon,
    double initializerRange,
    boolean residualAfterNorm,
    double hiddenDropout,
    double attentionDropout,
    boolean tieWordEmbeddings,
    SpecialTokens tokens,
    Labels labels)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES =
      RotaryDecoderConfig.architectures("Bloom", Head.QUESTION_ANSWERING);

  public BloomConfig {
    Require.positive("vocab_size", vocabularySize);
    Require.positive("hidden_size", hiddenSize);
    Require.notNegative("n_layer", hiddenLayers);
    Require.positive("n_head", attentionHeads);
    Require.multiple("hidden_size", hiddenSize, "n_head", attentionHeads);
    Require.probability("hidden_dropout", hiddenDropout);
    Require.probability("attention_dropout", attentionDropout);
  }

  private static BloomConfig sized(String name, int layers, int hidden, int heads) {
    return from(Presets.of(name, "n_layer", layers, "hidden_size", hidden, "n_head", heads));
  }

  /** BLOOM 560M: 24 layers, 1024 wide, 16 heads. */
  public static BloomConfig bloom560m() {
    return sized("BLOOM 560M", 24, 1024, 16);
  }

  /** BLOOM 1.1B: 24 layers, 1536 wide, 16 heads. */
  public static BloomConfig bloom1100m() {
    return sized("BLOOM 1.1B", 24, 1536, 16);
  }

  /** BLOOM 1.7B: 24 layers, 2048 wide, 16 heads. */
  public static BloomConfig bloom1700m() {
    return sized("BLOOM 1.7B", 24, 2048, 16);
  }

  /** BLOOM 3B: 30 layers, 2560 wide, 32 heads. */
  public static BloomConfig bloom3b() {
    return sized("BLOOM 3B", 30, 2560, 32);
  }

  /** BLOOM 7.1B: 30 layers, 4096 wide, 32 heads. */
  public static BloomConfig bloom7100m() {
    return sized("BLOOM 7.1B", 30, 4096, 32);
  }

  /** BLOOM 176B: 70 layers, 14336 wide, 112 heads. */
  public static BloomConfig bloom176b() {
    return sized("BLOOM 176B", 70, 14336, 112);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static BloomConfig from(ModelConfig config) {
    return new BloomConfig(
        config.integer("vocab_size").orElse(250880),
        config.integer("n_embed").orElseGet(() -> config.integer("hidden_size").orElse(64)),
        config.integer("n_layer").orElseGet(() -> config.integer("num_hidden_layers").orElse(2)),
        config.integer("n_head").orElseGet(() -> config.integer("num_attention_heads").orElse(8)),
        config.number("layer_norm_epsilon").orElse(1e-5),
        config.number("initializer_range").orElse(0.02),
        config.flag("apply_residual_connection_post_layernorm").orElse(false),
        config.number("hidden_dropout").orElse(0),
        config.number("attention_dropout").orElse(0),
        config.flag("tie_word_embeddings").orElse(true),
        SpecialTokens.read(config, SpecialTokens.of(1, 2)),
        Labels.read(config));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' BloomModel. */
  record Body(BloomConfig config) implements Decoder {

    @Override
    public DecoderDescription description() {
      return new DecoderDescription(
          "bloom",
          ARCHITECTURES,
          "transformer",
          "word_embeddings",
          "lm_head",
          config.tieWordEmbeddings,
          config.vocabularySize,
          config.hiddenSize,
          -1,
          new DecoderDescription.CacheSize(config.hiddenLayers, config.attentionHeads, headWidth()),
          OptionalLong.empty(),
          false,
          config.initializerRange,
          config.hiddenDropout,
          "classifier",
          List.of(),
          config.tokens,
          config.labels);
    }

    private long headWidth() {
      return config.hiddenSize / config.attentionHeads;
    }

    @Override
    public void write(JsonObject json) {
      json.addProperty("vocab_size", config.vocabularySize);
      json.addProperty("hidden_size", config.hiddenSize);
      json.addProperty("n_layer", config.hiddenLayers);
      json.addProperty("n_head", config.attentionHeads);
      json.addProperty("layer_norm_epsilon", config.layerNormEpsilon);
      json.addProperty("initializer_range", config.initializerRange);
      json.addProperty("apply_residual_connection_post_layernorm", config.residualAfterNorm);
      json.addProperty("hidden_dropout", config.hiddenDropout);
      json.addProperty("attention_dropout", config.attentionDropout);
      json.addProperty("tie_word_embeddings", config.tieWordEmbeddings);
    }

    @Override
    public States hiddenStates(Scope scope, CausalSequence sequence) {
      Value words = words(scope, sequence);
      Value bias = Alibi.bias(sequence, config.attentionHeads);
      Value hidden = norm(scope, "word_embeddings_layernorm", words);
      for (int i = 0; i < config.hiddenLayers; i++) {
        Value x = hidden;
        hidden = scope.in("h", i, s -> layer(s, x, sequence, bias));
      }
      return States.of(norm(scope, "ln_f", hidden));
    }

    private Value layer(Scope scope, Value x, CausalSequence sequence, Value bias) {
      Value first = norm(scope, "input_layernorm", x);
      Value attended =
          residual(scope.in("self_attention", s -> attention(s, first, sequence, bias)), x, first);
      Value second = norm(scope, "post_attention_layernorm", attended);
      FeedForward feedForward =
          new FeedForward(4 * config.hiddenSize, Activation.GELU_TANH, weights());
      Value widened =
          scope.in(
              "mlp", s -> feedForward.apply(s, second, "dense_h_to_4h", "dense_4h_to_h", true));
      return residual(widened, attended, second);
    }

    private Value residual(Value x, Value stream, Value normed) {
      return add(
          config.residualAfterNorm ? normed : stream, Dropout.apply(x, config.hiddenDropout));
    }

    private Value attention(Scope scope, Value x, CausalSequence sequence, Value bias) {
      Value fused =
          scope.in("query_key_value", s -> Linear.apply(s, x, 3 * config.hiddenSize, weights()));
      List<Value> parts = Attention.splitFusedHeads(fused, config.attentionHeads);
      Value context =
          CausalAttention.scaled(headWidth(), config.attentionDropout)
              .apply(sequence, parts.get(0), parts.get(1), parts.get(2), bias);
      return scope.in("dense", s -> Linear.apply(s, context, config.hiddenSize, weights()));
    }

    private Value norm(Scope scope, String name, Value x) {
      return scope.in(name, s -> LayerNorm.apply(s, x, config.layerNormEpsilon));
    }
  }
}

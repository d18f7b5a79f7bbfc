package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.RotaryEmbedding;
import io.parlance.models.nn.RotaryScaling;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * GPT-NeoX (Black et al. 2022, arXiv:2204.06745) and Pythia: rotary positions on a part of each
 * head, attention and feed-forward layer side by side. The keys of {@code config.json} and their
 * defaults are those of {@code transformers}' GPTNeoXConfig.
 *
 * @param vocabularySize {@code vocab_size}
 * @param hiddenSize {@code hidden_size}, a multiple of {@code attentionHeads}
 * @param hiddenLayers {@code num_hidden_layers}
 * @param attentionHeads {@code num_attention_heads}
 * @param intermediateSize {@code intermediate_size}, the width of the feed-forward layer
 * @param activation {@code hidden_act}
 * @param rotary {@code rotary_emb_base} and {@code rotary_pct}, or {@code rope_parameters}
 * @param positions {@code max_position_embeddings}: the length trained for, which is no limit
 * @param attentionDropout {@code attention_dropout}
 * @param hiddenDropout {@code hidden_dropout}
 * @param classifierDropout {@code classifier_dropout}
 * @param initializerRange {@code initializer_range}, the standard deviation of new weights
 * @param layerNormEpsilon {@code layer_norm_eps}
 * @param parallel {@code use_parallel_residual}: whether the feed-forward layer reads what
 *     attention reads rather than what it gives
 * @param attentionBias {@code attention_bias}: whether attention's projections have biases
 * @param tieWordEmbeddings {@code tie_word_embeddings}
 * @param tokens begin, end and padding
 * @param labels the classes of classification heads
 */
public record GptNeoXConfig(
    long vocabularySize,
    long hiddenSize,
    int hiddenLayers,
    int attentionHeads,
    long intermediateSize,
    String activation,
    RotarySettings rotary,
    long positions,
    double attentionDropout,
    double hiddenDropout,
    double classifierDropout,
    double initializerRange,
    double layerNormEpsilon,
    boolean parallel,
    boolean attentionBias,
    boolean tieWordEmbeddings,
    SpecialTokens tokens,
    Labels labels)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES =
      RotaryDecoderConfig.architectures("GPTNeoX", Head.QUESTION_ANSWERING);

  public GptNeoXConfig {
    Require.positive("vocab_size", vocabularySize);
    Require.positive("hidden_size", hiddenSize);
    Require.notNegative("num_hidden_layers", hiddenLayers);
    Require.positive("num_attention_heads", attentionHeads);
    Require.multiple("hidden_size", hiddenSize, "num_attention_heads", attentionHeads);
    Require.positive("intermediate_size", intermediateSize);
    Require.positive("max_position_embeddings", positions);
    Require.probability("attention_dropout", attentionDropout);
    Require.probability("hidden_dropout", hiddenDropout);
    Require.probability("classifier_dropout", classifierDropout);
    Activation.named(activation);
  }

  /** GPT-NeoX 20B: 44 layers, 6144 wide, 64 heads. */
  public static GptNeoXConfig gptNeoX20b() {
    return from(Presets.of("GPT-NeoX 20B", "hidden_act", "gelu_fast"));
  }

  /** Pythia 160M: 12 layers, 768 wide, 12 heads. */
  public static GptNeoXConfig pythia160m() {
    return from(
        Presets.of(
            "Pythia 160M",
            "vocab_size",
            50304,
            "hidden_size",
            768,
            "num_hidden_layers",
            12,
            "num_attention_heads",
            12,
            "intermediate_size",
            3072));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static GptNeoXConfig from(ModelConfig config) {
    int positions = config.integer("max_position_embeddings").orElse(2048);
    RotarySettings rotary =
        new RotarySettings(
            config.number("rotary_emb_base").orElse(10000),
            config.number("rotary_pct").orElse(0.25),
            RotaryScaling.NONE);
    return new GptNeoXConfig(
        config.integer("vocab_size").orElse(50432),
        config.integer("hidden_size").orElse(6144),
        config.integer("num_hidden_layers").orElse(44),
        config.integer("num_attention_heads").orElse(64),
        config.integer("intermediate_size").orElse(24576),
        config.string("hidden_act").orElse("gelu"),
        RotarySettings.read(config, rotary, positions),
        positions,
        config.number("attention_dropout").orElse(0),
        config.number("hidden_dropout").orElse(0),
        config.number("classifier_dropout").orElse(0.1),
        config.number("initializer_range").orElse(0.02),
        config.number("layer_norm_eps").orElse(1e-5),
        config.flag("use_parallel_residual").orElse(true),
        config.flag("attention_bias").orElse(true),
        config.flag("tie_word_embeddings").orElse(false),
        SpecialTokens.read(config, SpecialTokens.of(0, 2)),
        Labels.read(config));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' GPTNeoXModel. */
  record Body(GptNeoXConfig config) implements RotaryDecoder {

    @Override
    public DecoderDescription description() {
      return new DecoderDescription(
          "gpt_neox",
          ARCHITECTURES,
          "gpt_neox",
          "embed_in",
          "embed_out",
          config.tieWordEmbeddings,
          config.vocabularySize,
          config.hiddenSize,
          -1,
          new DecoderDescription.CacheSize(config.hiddenLayers, config.attentionHeads, headWidth()),
          OptionalLong.empty(),
          true,
          config.initializerRange,
          config.classifierDropout,
          "classifier",
          List.of("(gpt_neox\\.)?layers\\.\\d+\\.attention\\.(bias|masked_bias)"),
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
      json.addProperty("num_hidden_layers", config.hiddenLayers);
      json.addProperty("num_attention_heads", config.attentionHeads);
      json.addProperty("intermediate_size", config.intermediateSize);
      json.addProperty("hidden_act", config.activation);
      json.addProperty("rotary_emb_base", config.rotary.theta());
      json.addProperty("rotary_pct", config.rotary.share());
      config.rotary.write(json);
      json.addProperty("max_position_embeddings", config.positions);
      json.addProperty("attention_dropout", config.attentionDropout);
      json.addProperty("hidden_dropout", config.hiddenDropout);
      json.addProperty("classifier_dropout", config.classifierDropout);
      json.addProperty("initializer_range", config.initializerRange);
      json.addProperty("layer_norm_eps", config.layerNormEpsilon);
      json.addProperty("use_parallel_residual", config.parallel);
      json.addProperty("attention_bias", config.attentionBias);
      json.addProperty("tie_word_embeddings", config.tieWordEmbeddings);
    }

    @Override
    public RotaryEmbedding rotary() {
      return config.rotary.embedding(headWidth());
    }

    @Override
    public double embeddingDropout() {
      return config.hiddenDropout;
    }

    @Override
    public String finalNorm() {
      return "final_layer_norm";
    }

    @Override
    public Value norm(Scope scope, Value x) {
      return LayerNorm.apply(scope, x, config.layerNormEpsilon);
    }

    @Override
    public Value layer(Scope scope, int layer, Value x, Call call) {
      Value first = scope.in("input_layernorm", s -> norm(s, x));
      Value attended = add(x, scope.in("attention", s -> attention(s, layer, first, call)));
      Value read = config.parallel ? x : attended;
      Value second = scope.in("post_attention_layernorm", s -> norm(s, read));
      return add(attended, feedForward(scope, layer, second, call));
    }

    @Override
    public Value attention(Scope scope, int layer, Value x, Call call) {
      long hidden = config.hiddenSize;
      Value fused =
          scope.in(
              "query_key_value",
              s -> Linear.apply(s, x, 3 * hidden, weights(), config.attentionBias));
      List<Value> parts = Attention.splitFusedHeads(fused, config.attentionHeads);
      Value context =
          CausalAttention.scaled(headWidth(), config.attentionDropout)
              .apply(
                  call.sequence(),
                  call.rotary().apply(parts.get(0), call.rotation()),
                  call.rotary().apply(parts.get(1), call.rotation()),
                  parts.get(2),
                  null);
      Value projected =
          scope.in("dense", s -> Linear.apply(s, context, hidden, weights(), config.attentionBias));
      return Dropout.apply(projected, config.hiddenDropout);
    }

    @Override
    public Value feedForward(Scope scope, int layer, Value x, Call call) {
      FeedForward feedForward =
          new FeedForward(config.intermediateSize, Activation.named(config.activation), weights());
      return Dropout.apply(
          scope.in("mlp", s -> feedForward.apply(s, x, "dense_h_to_4h", "dense_4h_to_h", true)),
          config.hiddenDropout);
    }
  }
}

package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.Residual;
import io.parlance.models.nn.SelfAttention;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * OPT (Zhang et al. 2022, arXiv:2205.01068): learned positions that do not count padding, ReLU. The
 * keys of {@code config.json} and their defaults are those of {@code transformers}' OPTConfig.
 *
 * @param vocabularySize {@code vocab_size}
 * @param hiddenSize {@code hidden_size}, a multiple of {@code attentionHeads}
 * @param hiddenLayers {@code num_hidden_layers}
 * @param feedForwardSize {@code ffn_dim}
 * @param attentionHeads {@code num_attention_heads}
 * @param positions {@code max_position_embeddings}, the longest sequence
 * @param normFirst {@code do_layer_norm_before}: norms before each sublayer and one at the end
 *     rather than after each sublayer
 * @param embeddingSize {@code word_embed_proj_dim}, the width of the word embeddings
 * @param activation {@code activation_function}
 * @param dropout {@code dropout}
 * @param attentionDropout {@code attention_dropout}
 * @param initializerRange {@code init_std}, the standard deviation of new weights
 * @param biased {@code enable_bias}: whether linear layers have biases
 * @param weightedNorms {@code layer_norm_elementwise_affine}: whether norms have weights
 * @param finalNorm the opposite of {@code _remove_final_layer_norm}
 * @param tieWordEmbeddings {@code tie_word_embeddings}
 * @param tokens begin, end and padding
 * @param labels the classes of classification heads
 */
public record OptConfig(
    long vocabularySize,
    long hiddenSize,
    int hiddenLayers,
    long feedForwardSize,
    int attentionHeads,
    long positions,
    boolean normFirst,
    long embeddingSize,
    String activation,
    double dropout,
    double attentionDropout,
    double initializerRange,
    boolean biased,
    boolean weightedNorms,
    boolean finalNorm,
    boolean tieWordEmbeddings,
    SpecialTokens tokens,
    Labels labels)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES =
      Map.of(
          Head.BODY, "OPTModel",
          Head.CAUSAL_LM, "OPTForCausalLM",
          Head.SEQUENCE_CLASSIFICATION, "OPTForSequenceClassification",
          Head.QUESTION_ANSWERING, "OPTForQuestionAnswering");

  /** The position table begins with rows that no token takes. */
  private static final long POSITION_OFFSET = 2;

  private static final double NORM_EPSILON = 1e-5;

  public OptConfig {
    Require.positive("vocab_size", vocabularySize);
    Require.positive("hidden_size", hiddenSize);
    Require.notNegative("num_hidden_layers", hiddenLayers);
    Require.positive("ffn_dim", feedForwardSize);
    Require.positive("num_attention_heads", attentionHeads);
    Require.multiple("hidden_size", hiddenSize, "num_attention_heads", attentionHeads);
    Require.positive("max_position_embeddings", positions);
    Require.positive("word_embed_proj_dim", embeddingSize);
    Require.probability("dropout", dropout);
    Require.probability("attention_dropout", attentionDropout);
    Activation.named(activation);
  }

  /**
   * OPT of these sizes with the published vocabulary; the feed-forward layer is 4 times as wide.
   */
  private static OptConfig sized(String name, int layers, int hidden, int heads) {
    return from(
        Presets.of(
            name,
            "num_hidden_layers",
            layers,
            "hidden_size",
            hidden,
            "num_attention_heads",
            heads,
            "ffn_dim",
            4 * hidden));
  }

  /** OPT 125M: 12 layers, 768 wide, 12 heads. */
  public static OptConfig opt125m() {
    return sized("OPT 125M", 12, 768, 12);
  }

  /** OPT 350M: 24 layers, 1024 wide, 16 heads; norms after the sublayers, embeddings 512 wide. */
  public static OptConfig opt350m() {
    return from(
        Presets.of(
            "OPT 350M",
            "num_hidden_layers",
            24,
            "hidden_size",
            1024,
            "num_attention_heads",
            16,
            "ffn_dim",
            4096,
            "word_embed_proj_dim",
            512,
            "do_layer_norm_before",
            false));
  }

  /** OPT 1.3B: 24 layers, 2048 wide, 32 heads. */
  public static OptConfig opt1300m() {
    return sized("OPT 1.3B", 24, 2048, 32);
  }

  /** OPT 2.7B: 32 layers, 2560 wide, 32 heads. */
  public static OptConfig opt2700m() {
    return sized("OPT 2.7B", 32, 2560, 32);
  }

  /** OPT 6.7B: 32 layers, 4096 wide, 32 heads. */
  public static OptConfig opt6700m() {
    return sized("OPT 6.7B", 32, 4096, 32);
  }

  /** OPT 13B: 40 layers, 5120 wide, 40 heads. */
  public static OptConfig opt13b() {
    return sized("OPT 13B", 40, 5120, 40);
  }

  /** OPT 30B: 48 layers, 7168 wide, 56 heads. */
  public static OptConfig opt30b() {
    return sized("OPT 30B", 48, 7168, 56);
  }

  /** OPT 66B: 64 layers, 9216 wide, 72 heads. */
  public static OptConfig opt66b() {
    return sized("OPT 66B", 64, 9216, 72);
  }

  /** OPT 175B: 96 layers, 12288 wide, 96 heads. */
  public static OptConfig opt175b() {
    return sized("OPT 175B", 96, 12288, 96);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static OptConfig from(ModelConfig config) {
    int hidden = config.integer("hidden_size").orElse(768);
    return new OptConfig(
        config.integer("vocab_size").orElse(50272),
        hidden,
        config.integer("num_hidden_layers").orElse(12),
        config.integer("ffn_dim").orElse(3072),
        config.integer("num_attention_heads").orElse(12),
        config.integer("max_position_embeddings").orElse(2048),
        config.flag("do_layer_norm_before").orElse(true),
        config.integer("word_embed_proj_dim").orElse(hidden),
        config.string("activation_function").orElse("relu"),
        config.number("dropout").orElse(0.1),
        config.number("attention_dropout").orElse(0),
        config.number("init_std").orElse(0.02),
        config.flag("enable_bias").orElse(true),
        config.flag("layer_norm_elementwise_affine").orElse(true),
        !config.flag("_remove_final_layer_norm").orElse(false),
        config.flag("tie_word_embeddings").orElse(true),
        SpecialTokens.read(
            config, new SpecialTokens(OptionalInt.of(2), List.of(2), OptionalInt.of(1))),
        Labels.read(config));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' OPTModel. */
  record Body(OptConfig config) implements Decoder {

    @Override
    public DecoderDescription description() {
      return new DecoderDescription(
          "opt",
          ARCHITECTURES,
          "model",
          "decoder.embed_tokens",
          "lm_head",
          config.tieWordEmbeddings,
          config.vocabularySize,
          config.embeddingSize,
          config.tokens.paddingRow(),
          new DecoderDescription.CacheSize(config.hiddenLayers, config.attentionHeads, headWidth()),
          OptionalLong.of(config.positions),
          false,
          config.initializerRange,
          0,
          "score",
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
      json.addProperty("num_hidden_layers", config.hiddenLayers);
      json.addProperty("ffn_dim", config.feedForwardSize);
      json.addProperty("num_attention_heads", config.attentionHeads);
      json.addProperty("max_position_embeddings", config.positions);
      json.addProperty("do_layer_norm_before", config.normFirst);
      json.addProperty("word_embed_proj_dim", config.embeddingSize);
      json.addProperty("activation_function", config.activation);
      json.addProperty("dropout", config.dropout);
      json.addProperty("attention_dropout", config.attentionDropout);
      json.addProperty("init_std", config.initializerRange);
      json.addProperty("enable_bias", config.biased);
      json.addProperty("layer_norm_elementwise_affine", config.weightedNorms);
      json.addProperty("_remove_final_layer_norm", !config.finalNorm);
      json.addProperty("tie_word_embeddings", config.tieWordEmbeddings);
    }

    @Override
    public States hiddenStates(Scope body, CausalSequence sequence) {
      Value words = words(body, sequence);
      return States.of(body.in("decoder", s -> decode(s, words, sequence)));
    }

    private Value decode(Scope scope, Value words, CausalSequence sequence) {
      boolean projected = config.embeddingSize != config.hiddenSize;
      Value wide =
          projected
              ? scope.in(
                  "project_in", s -> Linear.withoutBias(s, words, config.hiddenSize, weights()))
              : words;
      Value indexes = add(sequence.positionsAmongReal(), scope.graph().longScalar(POSITION_OFFSET));
      Value positions =
          scope.in(
              "embed_positions",
              s ->
                  Embedding.apply(
                      s,
                      indexes,
                      config.positions + POSITION_OFFSET,
                      config.hiddenSize,
                      weights()));
      Value hidden = Dropout.apply(add(wide, positions), config.dropout);
      for (int i = 0; i < config.hiddenLayers; i++) {
        Value x = hidden;
        hidden = scope.in("layers", i, s -> layer(s, x, sequence));
      }
      Value last = hidden;
      Value normed = config.normFirst && config.finalNorm ? normed(scope, last) : last;
      return projected
          ? scope.in(
              "project_out", s -> Linear.withoutBias(s, normed, config.embeddingSize, weights()))
          : normed;
    }

    private Value normed(Scope scope, Value x) {
      return config.weightedNorms
          ? scope.in("final_layer_norm", s -> LayerNorm.apply(s, x, NORM_EPSILON))
          : LayerNorm.withoutWeights(x, NORM_EPSILON);
    }

    private Value layer(Scope scope, Value x, CausalSequence sequence) {
      Residual residual =
          new Residual(config.normFirst, NORM_EPSILON, config.dropout, config.weightedNorms);
      Value attended =
          residual.apply(
              scope,
              "self_attn_layer_norm",
              x,
              y -> scope.in("self_attn", s -> attention(s, y, sequence)));
      FeedForward feedForward =
          new FeedForward(config.feedForwardSize, Activation.named(config.activation), weights());
      return residual.apply(
          scope,
          "final_layer_norm",
          attended,
          y -> feedForward.apply(scope, y, "fc1", "fc2", config.biased));
    }

    private Value attention(Scope scope, Value x, CausalSequence sequence) {
      return new SelfAttention(
              config.attentionHeads,
              config.attentionHeads,
              headWidth(),
              CausalAttention.scaled(headWidth(), config.attentionDropout),
              config.biased,
              "out_proj",
              config.biased,
              weights())
          .apply(scope, x, sequence);
    }
  }
}

package io.parlance.models.architecture;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.Activation;
import java.util.OptionalLong;

/**
 * GPT-2 (Radford et al. 2019): learned positions, normalization before each sublayer, one more at
 * the end, the output tied to the embeddings. The keys of {@code config.json} and their defaults
 * are those of {@code transformers}' GPT2Config; the layers are in {@link Gpt2}.
 *
 * @param vocabularySize {@code vocab_size}
 * @param positions {@code n_positions}, the longest sequence
 * @param hiddenSize {@code n_embd}, a multiple of {@code attentionHeads}
 * @param hiddenLayers {@code n_layer}
 * @param attentionHeads {@code n_head}
 * @param innerSize {@code n_inner}, the width of the feed-forward layer; empty for 4 times {@code
 *     hiddenSize}
 * @param activationFunction {@code activation_function}
 * @param residualDropout {@code resid_pdrop}
 * @param embeddingDropout {@code embd_pdrop}
 * @param attentionDropout {@code attn_pdrop}
 * @param layerNormEpsilon {@code layer_norm_epsilon}
 * @param initializerRange {@code initializer_range}, the standard deviation of new weights
 * @param scaleScores {@code scale_attn_weights}: scores are divided by the root of the head width
 * @param scaleByLayer {@code scale_attn_by_inverse_layer_idx}: scores are divided by the number of
 *     the layer, the first being 1
 * @param classifierDropout {@code classifier_dropout}, before the classifier of tokens
 * @param tieWordEmbeddings {@code tie_word_embeddings}
 * @param tokens begin, end and padding
 * @param labels the classes of classification heads
 */
public record Gpt2Config(
    long vocabularySize,
    long positions,
    long hiddenSize,
    int hiddenLayers,
    int attentionHeads,
    OptionalLong innerSize,
    String activationFunction,
    double residualDropout,
    double embeddingDropout,
    double attentionDropout,
    double layerNormEpsilon,
    double initializerRange,
    boolean scaleScores,
    boolean scaleByLayer,
    double classifierDropout,
    boolean tieWordEmbeddings,
    SpecialTokens tokens,
    Labels labels)
    implements DecoderConfig {

  public Gpt2Config {
    Require.positive("vocab_size", vocabularySize);
    Require.positive("n_positions", positions);
    Require.positive("n_embd", hiddenSize);
    Require.positive("n_head", attentionHeads);
    Require.notNegative("n_layer", hiddenLayers);
    Require.multiple("n_embd", hiddenSize, "n_head", attentionHeads);
    Require.positive("n_inner", innerSize.orElse(hiddenSize));
    Require.probability("resid_pdrop", residualDropout);
    Require.probability("embd_pdrop", embeddingDropout);
    Require.probability("attn_pdrop", attentionDropout);
    Require.probability("classifier_dropout", classifierDropout);
    Activation.named(activationFunction);
  }

  /** GPT-2 small: 12 layers, 768 wide, 12 heads. */
  public static Gpt2Config small() {
    return from(Presets.of("GPT-2 small"));
  }

  /** GPT-2 medium: 24 layers, 1024 wide, 16 heads. */
  public static Gpt2Config medium() {
    return from(Presets.of("GPT-2 medium", "n_layer", 24, "n_embd", 1024, "n_head", 16));
  }

  /** GPT-2 large: 36 layers, 1280 wide, 20 heads. */
  public static Gpt2Config large() {
    return from(Presets.of("GPT-2 large", "n_layer", 36, "n_embd", 1280, "n_head", 20));
  }

  /** GPT-2 XL: 48 layers, 1600 wide, 25 heads. */
  public static Gpt2Config extraLarge() {
    return from(Presets.of("GPT-2 XL", "n_layer", 48, "n_embd", 1600, "n_head", 25));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static Gpt2Config from(ModelConfig config) {
    if (config.flag("add_cross_attention").orElse(false)) {
      throw new IllegalArgumentException(
          "add_cross_attention is true; GPT-2 is built without cross attention");
    }
    return new Gpt2Config(
        config.integer("vocab_size").orElse(50257),
        config.integer("n_positions").orElse(1024),
        config.integer("n_embd").orElse(768),
        config.integer("n_layer").orElse(12),
        config.integer("n_head").orElse(12),
        config.integer("n_inner").stream().asLongStream().findFirst(),
        config.string("activation_function").orElse("gelu_new"),
        config.number("resid_pdrop").orElse(0.1),
        config.number("embd_pdrop").orElse(0.1),
        config.number("attn_pdrop").orElse(0.1),
        config.number("layer_norm_epsilon").orElse(1e-5),
        config.number("initializer_range").orElse(0.02),
        config.flag("scale_attn_weights").orElse(true),
        config.flag("scale_attn_by_inverse_layer_idx").orElse(false),
        config
            .number("classifier_dropout")
            .orElse(config.number("summary_first_dropout").orElse(0.1)),
        config.flag("tie_word_embeddings").orElse(true),
        SpecialTokens.read(config, SpecialTokens.of(50256, 50256)),
        Labels.read(config));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Gpt2(this), head);
  }

  void write(JsonObject json) {
    json.addProperty("vocab_size", vocabularySize);
    json.addProperty("n_positions", positions);
    json.addProperty("n_embd", hiddenSize);
    json.addProperty("n_layer", hiddenLayers);
    json.addProperty("n_head", attentionHeads);
    json.add("n_inner", JsonNull.INSTANCE);
    innerSize.ifPresent(size -> json.addProperty("n_inner", size));
    json.addProperty("activation_function", activationFunction);
    json.addProperty("resid_pdrop", residualDropout);
    json.addProperty("embd_pdrop", embeddingDropout);
    json.addProperty("attn_pdrop", attentionDropout);
    json.addProperty("layer_norm_epsilon", layerNormEpsilon);
    json.addProperty("initializer_range", initializerRange);
    json.addProperty("scale_attn_weights", scaleScores);
    json.addProperty("scale_attn_by_inverse_layer_idx", scaleByLayer);
    json.addProperty("classifier_dropout", classifierDropout);
    json.addProperty("summary_type", "cls_index");
    json.addProperty("summary_use_proj", true);
    json.addProperty("summary_first_dropout", classifierDropout);
    json.addProperty("tie_word_embeddings", tieWordEmbeddings);
  }
}

package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.Activation;
import java.util.Map;

/**
 * The configuration of an ELECTRA model, generator or discriminator; the keys of {@code
 * config.json} and their defaults are those of {@code transformers}' ElectraConfig (small).
 *
 * @param settings what all encoders have
 * @param embeddingSize {@code embedding_size}, the width of the embeddings
 * @param positionEmbedding {@code position_embedding_type}
 * @param decoder {@code is_decoder}: whether tokens see only those before them
 * @param summaryActivation {@code summary_activation} of the multiple choice head
 * @param summaryDropout {@code summary_last_dropout} of the multiple choice head
 */
public record ElectraConfig(
    EncoderSettings settings,
    long embeddingSize,
    PositionEmbedding positionEmbedding,
    boolean decoder,
    String summaryActivation,
    double summaryDropout)
    implements EncoderConfig<ElectraConfig> {

  public ElectraConfig {
    Require.positive("embedding_size", embeddingSize);
    Activation.named(summaryActivation);
  }

  /** The discriminator of ELECTRA small: 12 layers, 256 wide, 4 heads. */
  public static ElectraConfig small() {
    return new ElectraConfig(
        EncoderSettings.bertBase().toBuilder().sizes(12, 256, 4, 1024).build(),
        128,
        PositionEmbedding.ABSOLUTE,
        false,
        "gelu",
        0.1);
  }

  /** The discriminator of ELECTRA base: 12 layers, 768 wide, 12 heads. */
  public static ElectraConfig base() {
    return small().embeddingSize(768).with(s -> s.sizes(12, 768, 12, 3072));
  }

  /** The discriminator of ELECTRA large: 24 layers, 1024 wide, 16 heads. */
  public static ElectraConfig large() {
    return small().embeddingSize(1024).with(s -> s.sizes(24, 1024, 16, 4096));
  }

  /**
   * The generator that a discriminator is trained with: as deep, its layers narrower by this
   * factor, the embeddings as wide.
   *
   * @param divisor 4 for the published small and large model, 3 for base
   */
  public ElectraConfig generator(int divisor) {
    return with(
        s ->
            s.sizes(
                settings.hiddenLayers(),
                settings.hiddenSize() / divisor,
                Math.max(1, settings.attentionHeads() / divisor),
                settings.intermediateSize() / divisor));
  }

  /** The same model with embeddings of this width. */
  public ElectraConfig embeddingSize(long width) {
    return new ElectraConfig(
        settings, width, positionEmbedding, decoder, summaryActivation, summaryDropout);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static ElectraConfig from(ModelConfig config) {
    BertConfig.refuseCrossAttention(config);
    String summary = config.string("summary_type").orElse("first");
    if (!summary.equals("first") || !config.flag("summary_use_proj").orElse(true)) {
      throw new IllegalArgumentException(
          "summary_type is '"
              + summary
              + "'; ELECTRA is built with 'first' and summary_use_proj only");
    }
    return new ElectraConfig(
        EncoderSettings.read(config, small().settings, Map.of()),
        config.integer("embedding_size").orElse(128),
        PositionEmbedding.read(config),
        config.flag("is_decoder").orElse(false),
        config.string("summary_activation").orElse("gelu"),
        config.number("summary_last_dropout").orElse(0.1));
  }

  @Override
  public ElectraConfig with(EncoderSettings changed) {
    return new ElectraConfig(
        changed, embeddingSize, positionEmbedding, decoder, summaryActivation, summaryDropout);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderModel(new Electra(this), head, true);
  }

  JsonObject toJson(String architecture) {
    JsonObject json = settings.toJson(architecture, Electra.FAMILY.modelType(), Map.of());
    json.addProperty("embedding_size", embeddingSize);
    json.addProperty("position_embedding_type", positionEmbedding.key());
    json.addProperty("summary_type", "first");
    json.addProperty("summary_use_proj", true);
    json.addProperty("summary_activation", summaryActivation);
    json.addProperty("summary_last_dropout", summaryDropout);
    if (decoder) {
      json.addProperty("is_decoder", true);
    }
    return json;
  }
}

package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import java.util.Map;

/**
 * The configuration of a BERT model; the keys of {@code config.json} and their defaults are those
 * of {@code transformers}' BertConfig.
 *
 * @param settings what all encoders have
 * @param positionEmbedding {@code position_embedding_type}
 * @param decoder {@code is_decoder}: whether tokens see only those before them
 */
public record BertConfig(
    EncoderSettings settings, PositionEmbedding positionEmbedding, boolean decoder)
    implements EncoderConfig<BertConfig> {

  /** BERT base: 12 layers, 768 wide, 12 heads; uncased vocabulary. */
  public static BertConfig base() {
    return new BertConfig(EncoderSettings.bertBase(), PositionEmbedding.ABSOLUTE, false);
  }

  /** BERT large: 24 layers, 1024 wide, 16 heads; uncased vocabulary. */
  public static BertConfig large() {
    return base().with(s -> s.sizes(24, 1024, 16, 4096));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static BertConfig from(ModelConfig config) {
    refuseCrossAttention(config);
    return new BertConfig(
        EncoderSettings.read(config, EncoderSettings.bertBase(), Map.of()),
        PositionEmbedding.read(config),
        config.flag("is_decoder").orElse(false));
  }

  static void refuseCrossAttention(ModelConfig config) {
    if (config.flag("add_cross_attention").orElse(false)) {
      throw new IllegalArgumentException(
          "add_cross_attention is true; encoders are built without cross attention");
    }
  }

  @Override
  public BertConfig with(EncoderSettings changed) {
    return new BertConfig(changed, positionEmbedding, decoder);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderModel(new Bert(this), head, true);
  }

  JsonObject toJson(String architecture) {
    JsonObject json = settings.toJson(architecture, Bert.FAMILY.modelType(), Map.of());
    json.addProperty("position_embedding_type", positionEmbedding.key());
    if (decoder) {
      json.addProperty("is_decoder", true);
    }
    return json;
  }
}

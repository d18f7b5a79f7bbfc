package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import java.util.Map;

/**
 * The configuration of a RoBERTa model and of those that are RoBERTa under another name; the keys
 * of {@code config.json} and their defaults are those of {@code transformers}' RobertaConfig.
 *
 * @param settings what all encoders have; positions begin after {@code pad_token_id}, so that
 *     sequences have {@code pad_token_id} + 1 tokens less than there are positions
 * @param variant under which name
 * @param positionEmbedding {@code position_embedding_type}
 * @param decoder {@code is_decoder}: whether tokens see only those before them
 */
public record RobertaConfig(
    EncoderSettings settings, Variant variant, PositionEmbedding positionEmbedding, boolean decoder)
    implements EncoderConfig<RobertaConfig> {

  /** Models that differ in name, training texts and vocabulary only. */
  public enum Variant {
    /** Liu et al. 2019, arXiv:1907.11692. */
    ROBERTA("roberta", "Roberta"),
    /** Conneau et al. 2019, arXiv:1911.02116. */
    XLM_ROBERTA("xlm-roberta", "XLMRoberta"),
    /** Martin et al. 2019, arXiv:1911.03894. */
    CAMEMBERT("camembert", "Camembert");

    final String modelType;
    final String className;

    Variant(String modelType, String className) {
      this.modelType = modelType;
      this.className = className;
    }
  }

  /** RoBERTa base: 12 layers, 768 wide, 12 heads; sequences of up to 512 tokens. */
  public static RobertaConfig base() {
    return new RobertaConfig(defaults(), Variant.ROBERTA, PositionEmbedding.ABSOLUTE, false)
        .with(s -> s.maxPositionEmbeddings(514).typeVocabularySize(1).layerNormEpsilon(1e-5));
  }

  /** RoBERTa large: 24 layers, 1024 wide, 16 heads. */
  public static RobertaConfig large() {
    return base().with(s -> s.sizes(24, 1024, 16, 4096));
  }

  /** XLM-RoBERTa base: RoBERTa base with a vocabulary of 100 languages. */
  public static RobertaConfig xlmBase() {
    return base().as(Variant.XLM_ROBERTA).with(s -> s.vocabulary(250_002, 1));
  }

  /** XLM-RoBERTa large. */
  public static RobertaConfig xlmLarge() {
    return xlmBase().with(s -> s.sizes(24, 1024, 16, 4096));
  }

  private static EncoderSettings defaults() {
    return EncoderSettings.bertBase().toBuilder().vocabulary(50_265, 1).build();
  }

  /** The same model under another name. */
  public RobertaConfig as(Variant other) {
    return new RobertaConfig(settings, other, positionEmbedding, decoder);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static RobertaConfig from(ModelConfig config, Variant variant) {
    BertConfig.refuseCrossAttention(config);
    return new RobertaConfig(
        EncoderSettings.read(config, defaults(), Map.of()),
        variant,
        PositionEmbedding.read(config),
        config.flag("is_decoder").orElse(false));
  }

  @Override
  public RobertaConfig with(EncoderSettings changed) {
    return new RobertaConfig(changed, variant, positionEmbedding, decoder);
  }

  @Override
  public RobertaConfig maximumLength(int tokens) {
    return with(s -> s.maxPositionEmbeddings(tokens + settings.padTokenId() + 1));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderModel(new Roberta(this), head, true);
  }

  JsonObject toJson(String architecture) {
    JsonObject json = settings.toJson(architecture, variant.modelType, Map.of());
    json.addProperty("bos_token_id", 0);
    json.addProperty("eos_token_id", 2);
    json.addProperty("position_embedding_type", positionEmbedding.key());
    if (decoder) {
      json.addProperty("is_decoder", true);
    }
    return json;
  }
}

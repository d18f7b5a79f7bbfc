package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import java.util.Map;

/**
 * The configuration of an MPNet model; the keys of {@code config.json} and their defaults are those
 * of {@code transformers}' MPNetConfig.
 *
 * @param settings what all encoders have; positions begin after that of padding, so that sequences
 *     have two tokens less than there are positions
 */
public record MpnetConfig(EncoderSettings settings) implements EncoderConfig<MpnetConfig> {

  private static final Map<String, String> KEYS = Map.of("type_vocab_size", "");

  public MpnetConfig {
    if (settings.padTokenId() != Mpnet.PADDING) {
      throw new IllegalArgumentException(
          "pad_token_id is "
              + settings.padTokenId()
              + "; MPNet's padding is token "
              + Mpnet.PADDING);
    }
  }

  private static final String BUCKETS = "relative_attention_num_buckets";

  /** MPNet base: 12 layers, 768 wide, 12 heads; sequences of up to 512 tokens. */
  public static MpnetConfig base() {
    return new MpnetConfig(defaults())
        .with(s -> s.maxPositionEmbeddings(514).layerNormEpsilon(1e-5));
  }

  private static EncoderSettings defaults() {
    return EncoderSettings.bertBase().toBuilder()
        .vocabulary(30_527, 1)
        .typeVocabularySize(0)
        .build();
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static MpnetConfig from(ModelConfig config) {
    int buckets = config.integer(BUCKETS).orElse(Mpnet.BUCKETS);
    if (buckets != Mpnet.BUCKETS) {
      throw new IllegalArgumentException(
          BUCKETS + " is " + buckets + "; MPNet sorts distances into " + Mpnet.BUCKETS);
    }
    return new MpnetConfig(EncoderSettings.read(config, defaults(), KEYS));
  }

  @Override
  public MpnetConfig with(EncoderSettings changed) {
    return new MpnetConfig(changed);
  }

  @Override
  public MpnetConfig maximumLength(int tokens) {
    return with(s -> s.maxPositionEmbeddings(tokens + Mpnet.PADDING + 1));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderModel(new Mpnet(this), head, true);
  }

  JsonObject toJson(String architecture) {
    JsonObject json = settings.toJson(architecture, Mpnet.FAMILY.modelType(), KEYS);
    json.addProperty(BUCKETS, Mpnet.BUCKETS);
    json.addProperty("bos_token_id", 0);
    json.addProperty("eos_token_id", 2);
    return json;
  }
}

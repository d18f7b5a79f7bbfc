package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import java.util.Map;

/**
 * The configuration of an ALBERT model; the keys of {@code config.json} and their defaults are
 * those of {@code transformers}' AlbertConfig (xxlarge, version 1).
 *
 * @param settings what all encoders have
 * @param embeddingSize {@code embedding_size}, the width of the embeddings
 * @param hiddenGroups {@code num_hidden_groups}: layers of a group share their parameters
 * @param innerGroupLayers {@code inner_group_num}: what is repeated, in layers
 * @param positionEmbedding {@code position_embedding_type}
 */
public record AlbertConfig(
    EncoderSettings settings,
    long embeddingSize,
    int hiddenGroups,
    int innerGroupLayers,
    PositionEmbedding positionEmbedding)
    implements EncoderConfig<AlbertConfig> {

  private static final Map<String, String> KEYS =
      Map.of("classifier_dropout", "classifier_dropout_prob");

  public AlbertConfig {
    Require.positive("embedding_size", embeddingSize);
    Require.positive("num_hidden_groups", hiddenGroups);
    Require.positive("inner_group_num", innerGroupLayers);
  }

  /** ALBERT base, version 2: 12 layers, 768 wide, 12 heads. */
  public static AlbertConfig base() {
    return xxlarge().with(s -> s.sizes(12, 768, 12, 3072));
  }

  /** ALBERT large, version 2: 24 layers, 1024 wide, 16 heads. */
  public static AlbertConfig large() {
    return xxlarge().with(s -> s.sizes(24, 1024, 16, 4096));
  }

  /** ALBERT xlarge, version 2: 24 layers, 2048 wide, 16 heads. */
  public static AlbertConfig xlarge() {
    return xxlarge().with(s -> s.sizes(24, 2048, 16, 8192));
  }

  /** ALBERT xxlarge, version 2: 12 layers, 4096 wide, 64 heads. */
  public static AlbertConfig xxlarge() {
    EncoderSettings settings =
        EncoderSettings.bertBase().toBuilder()
            .vocabulary(30_000, 0)
            .sizes(12, 4096, 64, 16_384)
            .hiddenActivation("gelu_new")
            .dropout(0)
            .classifierDropout(0.1)
            .build();
    return new AlbertConfig(settings, 128, 1, 1, PositionEmbedding.ABSOLUTE);
  }

  /** The same model with other groups of layers. */
  public AlbertConfig groups(int groups, int layersOfGroup) {
    return new AlbertConfig(settings, embeddingSize, groups, layersOfGroup, positionEmbedding);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static AlbertConfig from(ModelConfig config) {
    return new AlbertConfig(
        EncoderSettings.read(config, xxlarge().settings, KEYS),
        config.integer("embedding_size").orElse(128),
        config.integer("num_hidden_groups").orElse(1),
        config.integer("inner_group_num").orElse(1),
        PositionEmbedding.read(config));
  }

  @Override
  public AlbertConfig with(EncoderSettings changed) {
    return new AlbertConfig(
        changed, embeddingSize, hiddenGroups, innerGroupLayers, positionEmbedding);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderModel(new Albert(this), head, true);
  }

  JsonObject toJson(String architecture) {
    JsonObject json = settings.toJson(architecture, Albert.FAMILY.modelType(), KEYS);
    json.addProperty("embedding_size", embeddingSize);
    json.addProperty("num_hidden_groups", hiddenGroups);
    json.addProperty("inner_group_num", innerGroupLayers);
    json.addProperty("position_embedding_type", positionEmbedding.key());
    json.addProperty("bos_token_id", 2);
    json.addProperty("eos_token_id", 3);
    return json;
  }
}

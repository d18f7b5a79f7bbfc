package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;

/**
 * The configuration of SpanBERT's pretraining; what is fine-tuned afterwards is a BERT.
 *
 * @param bert the body
 * @param maximumTargets {@code sbo_max_targets}: tokens of a span that are predicted
 * @param positionWidth {@code sbo_position_embedding_size}: width of the embeddings of places in a
 *     span
 */
public record SpanBertConfig(BertConfig bert, int maximumTargets, int positionWidth)
    implements EncoderConfig<SpanBertConfig> {

  public SpanBertConfig {
    Require.positive("sbo_max_targets", maximumTargets);
    Require.positive("sbo_position_embedding_size", positionWidth);
  }

  /** SpanBERT base: BERT base with the cased vocabulary. */
  public static SpanBertConfig base() {
    return new SpanBertConfig(BertConfig.base().with(s -> s.vocabulary(28_996, 0)), 20, 200);
  }

  /** SpanBERT large: BERT large with the cased vocabulary. */
  public static SpanBertConfig large() {
    return new SpanBertConfig(BertConfig.large().with(s -> s.vocabulary(28_996, 0)), 20, 200);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static SpanBertConfig from(ModelConfig config) {
    return new SpanBertConfig(
        BertConfig.from(config),
        config.integer("sbo_max_targets").orElse(20),
        config.integer("sbo_position_embedding_size").orElse(200));
  }

  @Override
  public EncoderSettings settings() {
    return bert.settings();
  }

  @Override
  public SpanBertConfig with(EncoderSettings changed) {
    return new SpanBertConfig(bert.with(changed), maximumTargets, positionWidth);
  }

  /** The model of pretraining, or BERT with another head. */
  @Override
  public PretrainedModel model(Head head) {
    return head == Head.PRETRAINING
        ? new EncoderModel(new SpanBert(this), head, true)
        : bert.model(head);
  }

  JsonObject toJson(String architecture) {
    JsonObject json = bert.toJson(architecture);
    json.addProperty("model_type", SpanBert.FAMILY.modelType());
    json.addProperty("sbo_max_targets", maximumTargets);
    json.addProperty("sbo_position_embedding_size", positionWidth);
    return json;
  }
}

package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import java.util.Map;

/**
 * The configuration of a DistilBERT model; the keys of {@code config.json} and their defaults are
 * those of {@code transformers}' DistilBertConfig.
 *
 * @param settings what all encoders have; {@code classifierDropout} is {@code seq_classif_dropout}
 * @param answerDropout {@code qa_dropout}, before the question answering head
 * @param sinusoidalPositions {@code sinusoidal_pos_embds}: whether new position embeddings are
 *     sinusoids. They are parameters like others, so it tells nothing of a trained model
 */
public record DistilBertConfig(
    EncoderSettings settings, double answerDropout, boolean sinusoidalPositions)
    implements EncoderConfig<DistilBertConfig> {

  private static final Map<String, String> KEYS =
      Map.of(
          "hidden_size", "dim",
          "num_hidden_layers", "n_layers",
          "num_attention_heads", "n_heads",
          "intermediate_size", "hidden_dim",
          "hidden_act", "activation",
          "hidden_dropout_prob", "dropout",
          "attention_probs_dropout_prob", "attention_dropout",
          "classifier_dropout", "seq_classif_dropout",
          "type_vocab_size", "",
          "layer_norm_eps", "");

  /** DistilBERT base: 6 layers, 768 wide, 12 heads; uncased vocabulary. */
  public static DistilBertConfig base() {
    EncoderSettings settings =
        EncoderSettings.bertBase().toBuilder()
            .sizes(6, 768, 12, 3072)
            .typeVocabularySize(0)
            .classifierDropout(0.2)
            .build();
    return new DistilBertConfig(settings, 0.1, false);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static DistilBertConfig from(ModelConfig config) {
    DistilBertConfig base = base();
    return new DistilBertConfig(
        EncoderSettings.read(config, base.settings, KEYS),
        config.number("qa_dropout").orElse(base.answerDropout),
        config.flag("sinusoidal_pos_embds").orElse(false));
  }

  @Override
  public DistilBertConfig with(EncoderSettings changed) {
    return new DistilBertConfig(changed, answerDropout, sinusoidalPositions);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderModel(new DistilBert(this), head, true);
  }

  JsonObject toJson(String architecture) {
    JsonObject json = settings.toJson(architecture, DistilBert.FAMILY.modelType(), KEYS);
    json.addProperty("qa_dropout", answerDropout);
    json.addProperty("sinusoidal_pos_embds", sinusoidalPositions);
    return json;
  }
}

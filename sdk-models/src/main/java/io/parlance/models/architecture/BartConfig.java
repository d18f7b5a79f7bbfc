package io.parlance.models.architecture;

import io.parlance.model.ModelConfig;
import java.util.Map;
import java.util.OptionalInt;

/**
 * BART (Lewis et al. 2019, arXiv:1910.13461): learned positions, embeddings normalized, norms after
 * the sublayers. The keys of {@code config.json} and their defaults are those of {@code
 * transformers}' BartConfig.
 *
 * @param settings what it shares with its relatives
 */
public record BartConfig(BartSettings settings) implements EncoderDecoderConfig {

  static final BartFamily FAMILY =
      new BartFamily(
          "bart",
          Map.of(
              Head.BODY, "BartModel",
              Head.CONDITIONAL_GENERATION, "BartForConditionalGeneration",
              Head.SEQUENCE_CLASSIFICATION, "BartForSequenceClassification",
              Head.QUESTION_ANSWERING, "BartForQuestionAnswering"),
          BartFamily.Positions.LEARNED,
          false,
          true,
          true,
          false);

  private static final BartSettings DEFAULTS =
      BartSettings.large(
          50_265,
          "gelu",
          0,
          false,
          new GenerationTokens(
              SpecialTokens.of(0, 2, 1),
              OptionalInt.of(2),
              OptionalInt.empty(),
              OptionalInt.of(2)));

  /** BART base: 6 layers each, 768 wide, 12 heads. */
  public static BartConfig base() {
    return from(
        Presets.of(
            "BART base",
            "d_model",
            768,
            "encoder_layers",
            6,
            "encoder_attention_heads",
            12,
            "encoder_ffn_dim",
            3072,
            "decoder_layers",
            6,
            "decoder_attention_heads",
            12,
            "decoder_ffn_dim",
            3072));
  }

  /** BART large: 12 layers each, 1024 wide, 16 heads. */
  public static BartConfig large() {
    return from(Presets.of("BART large"));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static BartConfig from(ModelConfig config) {
    return new BartConfig(BartSettings.read(config, DEFAULTS));
  }

  Bart layers() {
    return new Bart(FAMILY, settings);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderDecoderModel(layers(), head);
  }
}

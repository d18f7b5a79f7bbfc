package io.parlance.models.architecture;

import io.parlance.model.ModelConfig;
import java.util.Map;
import java.util.OptionalInt;

/**
 * mBART (Liu et al. 2020, arXiv:2001.08210): BART with norms before the sublayers. Texts carry the
 * token of their language: labels end with it, and the decoder begins with it. The keys of {@code
 * config.json} and their defaults are those of {@code transformers}' MBartConfig.
 *
 * @param settings what it shares with BART
 */
public record MbartConfig(BartSettings settings) implements EncoderDecoderConfig {

  static final BartFamily FAMILY =
      new BartFamily(
          "mbart",
          Map.of(
              Head.BODY, "MBartModel",
              Head.CONDITIONAL_GENERATION, "MBartForConditionalGeneration",
              Head.SEQUENCE_CLASSIFICATION, "MBartForSequenceClassification",
              Head.QUESTION_ANSWERING, "MBartForQuestionAnswering"),
          BartFamily.Positions.LEARNED,
          true,
          true,
          true,
          true);

  private static final BartSettings DEFAULTS =
      BartSettings.large(
          50_265,
          "gelu",
          0,
          false,
          new GenerationTokens(
              SpecialTokens.of(0, 2, 1),
              OptionalInt.empty(),
              OptionalInt.empty(),
              OptionalInt.of(2)));

  /** mBART large with 25 languages: 12 layers each, 1024 wide, 16 heads. */
  public static MbartConfig languages25() {
    return from(Presets.of("mBART", "vocab_size", 250_027, "scale_embedding", true));
  }

  /** mBART-50 large, with 50 languages. */
  public static MbartConfig languages50() {
    return from(Presets.of("mBART-50", "vocab_size", 250_054, "scale_embedding", true));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static MbartConfig from(ModelConfig config) {
    return new MbartConfig(BartSettings.read(config, DEFAULTS));
  }

  Bart layers() {
    return new Bart(FAMILY, settings);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderDecoderModel(layers(), head);
  }
}

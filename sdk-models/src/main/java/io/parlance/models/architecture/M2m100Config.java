package io.parlance.models.architecture;

import io.parlance.model.ModelConfig;
import java.util.Map;
import java.util.OptionalInt;

/**
 * M2M-100 (Fan et al. 2020, arXiv:2010.11125) and the dense models of NLLB (NLLB team 2022,
 * arXiv:2207.04672): norms before the sublayers, sinusoidal positions that leave out padding. The
 * keys of {@code config.json} and their defaults are those of {@code transformers}' M2M100Config.
 *
 * @param settings what it shares with BART
 */
public record M2m100Config(BartSettings settings) implements EncoderDecoderConfig {

  static final BartFamily FAMILY =
      new BartFamily(
          "m2m_100",
          Map.of(
              Head.BODY, "M2M100Model",
              Head.CONDITIONAL_GENERATION, "M2M100ForConditionalGeneration"),
          BartFamily.Positions.SINUSOIDAL_WITHOUT_PADDING,
          true,
          false,
          false,
          false);

  private static final int NLLB_TOKENS = 256_206;

  private static final BartSettings DEFAULTS =
      BartSettings.large(
          128_112,
          "relu",
          0.1,
          true,
          new GenerationTokens(
              SpecialTokens.of(0, 2, 1),
              OptionalInt.of(2),
              OptionalInt.empty(),
              OptionalInt.empty()));

  private static M2m100Config sized(
      String name, int vocabulary, int layers, int hidden, int feedForward) {
    return from(
        Presets.of(
            name,
            "vocab_size",
            vocabulary,
            "encoder_layers",
            layers,
            "decoder_layers",
            layers,
            "d_model",
            hidden,
            "encoder_ffn_dim",
            feedForward,
            "decoder_ffn_dim",
            feedForward));
  }

  /** M2M-100 418M: 12 layers each, 1024 wide, 16 heads. */
  public static M2m100Config m2m100_418m() {
    return sized("M2M-100 418M", 128_112, 12, 1024, 4096);
  }

  /** M2M-100 1.2B: 24 layers each, 1024 wide, 16 heads. */
  public static M2m100Config m2m100_1200m() {
    return sized("M2M-100 1.2B", 128_112, 24, 1024, 8192);
  }

  /** NLLB-200 600M, distilled: 12 layers each, 1024 wide, 16 heads. */
  public static M2m100Config nllb600m() {
    return sized("NLLB-200 600M", NLLB_TOKENS, 12, 1024, 4096);
  }

  /** NLLB-200 1.3B: 24 layers each, 1024 wide, 16 heads. */
  public static M2m100Config nllb1300m() {
    return sized("NLLB-200 1.3B", NLLB_TOKENS, 24, 1024, 8192);
  }

  /** NLLB-200 3.3B: 24 layers each, 2048 wide, 16 heads. */
  public static M2m100Config nllb3300m() {
    return sized("NLLB-200 3.3B", NLLB_TOKENS, 24, 2048, 8192);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static M2m100Config from(ModelConfig config) {
    BartSettings settings = BartSettings.read(config, DEFAULTS);
    settings.tokens().padding(); // positions begin after that of padding
    return new M2m100Config(settings);
  }

  Bart layers() {
    return new Bart(FAMILY, settings);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderDecoderModel(layers(), head);
  }
}

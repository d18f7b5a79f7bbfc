package io.parlance.models.architecture;

import io.parlance.model.ModelConfig;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * PEGASUS (Zhang et al. 2019, arXiv:1912.08777), which summarizes: norms before the sublayers,
 * sinusoidal positions. The decoder begins with the padding token. The keys of {@code config.json}
 * and their defaults are those of {@code transformers}' PegasusConfig.
 *
 * @param settings what it shares with BART
 */
public record PegasusConfig(BartSettings settings) implements EncoderDecoderConfig {

  static final BartFamily FAMILY =
      new BartFamily(
          "pegasus",
          Map.of(
              Head.BODY, "PegasusModel",
              Head.CONDITIONAL_GENERATION, "PegasusForConditionalGeneration"),
          BartFamily.Positions.SINUSOIDAL,
          true,
          false,
          true,
          false);

  private static final BartSettings DEFAULTS =
      BartSettings.large(
          50_265,
          "gelu",
          0,
          false,
          new GenerationTokens(
              new SpecialTokens(OptionalInt.empty(), List.of(1), OptionalInt.of(0)),
              OptionalInt.of(0),
              OptionalInt.empty(),
              OptionalInt.of(1)));

  /** PEGASUS large: 16 layers each, 1024 wide, 16 heads. */
  public static PegasusConfig large() {
    return from(
        Presets.of(
            "PEGASUS large",
            "vocab_size",
            96_103,
            "encoder_layers",
            16,
            "decoder_layers",
            16,
            "activation_function",
            "relu",
            "scale_embedding",
            true));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static PegasusConfig from(ModelConfig config) {
    return new PegasusConfig(BartSettings.read(config, DEFAULTS));
  }

  Bart layers() {
    return new Bart(FAMILY, settings);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderDecoderModel(layers(), head);
  }
}

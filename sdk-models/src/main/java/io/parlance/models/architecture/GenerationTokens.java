package io.parlance.models.architecture;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import java.util.OptionalInt;

/**
 * The tokens that text-to-text generation begins, goes on, ends and pads with, as {@code
 * config.json} holds them.
 *
 * @param special begin, end and padding
 * @param decoderStart {@code decoder_start_token_id}, what the decoder begins with
 * @param forcedBegin {@code forced_bos_token_id}, what it must go on with
 * @param forcedEnd {@code forced_eos_token_id}, what it must end with at the longest length
 */
public record GenerationTokens(
    SpecialTokens special,
    OptionalInt decoderStart,
    OptionalInt forcedBegin,
    OptionalInt forcedEnd) {

  /** Reads {@code config.json}; what is missing is as in {@code defaults}. */
  static GenerationTokens read(ModelConfig config, GenerationTokens defaults) {
    return new GenerationTokens(
        SpecialTokens.read(config, defaults.special),
        read(config, "decoder_start_token_id", defaults.decoderStart),
        read(config, "forced_bos_token_id", defaults.forcedBegin),
        read(config, "forced_eos_token_id", defaults.forcedEnd));
  }

  private static OptionalInt read(ModelConfig config, String key, OptionalInt otherwise) {
    return config.has(key) ? config.integer(key) : otherwise;
  }

  /** Writes them, null for those there are not. */
  void write(JsonObject json) {
    special.write(json);
    write(json, "decoder_start_token_id", decoderStart);
    write(json, "forced_bos_token_id", forcedBegin);
    write(json, "forced_eos_token_id", forcedEnd);
  }

  private static void write(JsonObject json, String key, OptionalInt value) {
    if (value.isPresent()) {
      json.addProperty(key, value.getAsInt());
    } else {
      json.add(key, JsonNull.INSTANCE);
    }
  }

  /**
   * The padding token.
   *
   * @throws IllegalArgumentException if there is none
   */
  long padding() {
    return special
        .padding()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the configuration has no pad_token_id, which training from labels needs"));
  }

  /**
   * What the decoder begins with.
   *
   * @throws IllegalArgumentException if the configuration does not tell
   */
  long start() {
    return decoderStart.orElseThrow(
        () ->
            new IllegalArgumentException(
                "the configuration has no decoder_start_token_id; give decoder_input_ids"));
  }
}

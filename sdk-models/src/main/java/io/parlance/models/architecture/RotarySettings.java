package io.parlance.models.architecture;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.RotaryEmbedding;
import io.parlance.models.nn.RotaryScaling;

/**
 * Rotary position embeddings as {@code config.json} describes them: {@code rope_parameters} as
 * transformers 5 writes it, {@code rope_theta} with {@code rope_scaling} as transformers 4 does.
 *
 * @param theta the base
 * @param share the share of each head that is rotated, {@code partial_rotary_factor}
 * @param scaling how they are stretched to longer texts
 */
public record RotarySettings(double theta, double share, RotaryScaling scaling) {

  public RotarySettings {
    if (!(theta > 0)) {
      throw new IllegalArgumentException("rope_theta is " + theta + ", expected above 0");
    }
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "partial_rotary_factor is " + share + ", expected above 0 and at most 1");
    }
  }

  /** Heads rotated as a whole, not stretched. */
  static RotarySettings of(double theta) {
    return new RotarySettings(theta, 1, RotaryScaling.NONE);
  }

  /**
   * Reads either dialect.
   *
   * @param defaults for what is missing
   * @param positions {@code max_position_embeddings}
   */
  static RotarySettings read(ModelConfig config, RotarySettings defaults, long positions) {
    ModelConfig parameters = config.nested("rope_parameters").orElse(null);
    ModelConfig stretched =
        parameters != null ? parameters : config.nested("rope_scaling").orElse(null);
    double theta = config.number("rope_theta").orElse(defaults.theta);
    double share = config.number("partial_rotary_factor").orElse(defaults.share);
    if (parameters != null) {
      theta = parameters.number("rope_theta").orElse(theta);
      share = parameters.number("partial_rotary_factor").orElse(share);
    }
    return new RotarySettings(
        theta, share, stretched == null ? defaults.scaling : scaling(stretched, positions));
  }

  private static RotaryScaling scaling(ModelConfig config, long positions) {
    String type = config.string("rope_type").or(() -> config.string("type")).orElse("default");
    return switch (type) {
      case "default" -> RotaryScaling.NONE;
      case "linear" -> new RotaryScaling.Linear(number(config, "factor"));
      case "dynamic" -> new RotaryScaling.Dynamic(number(config, "factor"), positions);
      case "llama3" ->
          new RotaryScaling.Llama3(
              number(config, "factor"),
              number(config, "low_freq_factor"),
              number(config, "high_freq_factor"),
              (long) number(config, "original_max_position_embeddings"));
      default ->
          throw new IllegalArgumentException(
              config + " has type '" + type + "'; built are default, linear, dynamic and llama3");
    };
  }

  private static double number(ModelConfig config, String key) {
    return config
        .number(key)
        .orElseThrow(() -> new IllegalArgumentException(config + " has no '" + key + "'"));
  }

  /** Writes both dialects, which say the same. */
  void write(JsonObject json) {
    json.addProperty("rope_theta", theta);
    JsonObject stretched = scalingJson();
    json.add("rope_scaling", scaling instanceof RotaryScaling.None ? JsonNull.INSTANCE : stretched);
    JsonObject parameters = stretched.deepCopy();
    parameters.addProperty("rope_theta", theta);
    if (share != 1) {
      json.addProperty("partial_rotary_factor", share);
      parameters.addProperty("partial_rotary_factor", share);
    }
    json.add("rope_parameters", parameters);
  }

  private JsonObject scalingJson() {
    JsonObject json = new JsonObject();
    if (scaling instanceof RotaryScaling.Linear linear) {
      json.addProperty("rope_type", "linear");
      json.addProperty("factor", linear.factor());
    } else if (scaling instanceof RotaryScaling.Dynamic dynamic) {
      json.addProperty("rope_type", "dynamic");
      json.addProperty("factor", dynamic.factor());
    } else if (scaling instanceof RotaryScaling.Llama3 llama) {
      json.addProperty("rope_type", "llama3");
      json.addProperty("factor", llama.factor());
      json.addProperty("low_freq_factor", llama.lowFrequencyFactor());
      json.addProperty("high_freq_factor", llama.highFrequencyFactor());
      json.addProperty("original_max_position_embeddings", llama.trainedLength());
    } else {
      json.addProperty("rope_type", "default");
    }
    return json;
  }

  /** The layer for heads of this width, whose rotated pairs are the two halves. */
  RotaryEmbedding embedding(long headWidth) {
    return new RotaryEmbedding((long) (headWidth * share), theta, scaling, false);
  }

  /** The same with neighbours as pairs. */
  RotaryEmbedding interleaved(long headWidth) {
    return new RotaryEmbedding((long) (headWidth * share), theta, scaling, true);
  }
}

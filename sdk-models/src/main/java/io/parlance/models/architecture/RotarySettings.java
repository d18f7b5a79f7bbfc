package io.parlance.models.architecture;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.RotaryEmbedding;
import io.parlance.models.nn.RotaryScaling;
import io.parlance.models.nn.RotaryScaling.LongRope;
import io.parlance.models.nn.RotaryScaling.Yarn;
import java.util.List;

/**
 * Rotary position embeddings as {@code config.json} describes them: {@code rope_parameters} as
 * transformers 5 writes it, {@code rope_theta} with {@code rope_scaling} as transformers 4 does.
 *
 * @param theta the base
 * @param share the share of each head that is rotated, {@code partial_rotary_factor}
 * @param scaling how they are stretched to longer texts
 */
public record RotarySettings(double theta, double share, RotaryScaling scaling) {

  private static final String TRAINED = "original_max_position_embeddings";

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
        theta,
        share,
        stretched == null
            ? defaults.scaling
            : scaling(stretched, trained(config, stretched, positions), positions));
  }

  /** Some configurations have the length of the training beside the scaling, some within. */
  private static long trained(ModelConfig config, ModelConfig stretched, long positions) {
    return (long)
        config.number(TRAINED).orElseGet(() -> stretched.number(TRAINED).orElse(positions));
  }

  private static RotaryScaling scaling(ModelConfig config, long trained, long positions) {
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
              (long) number(config, TRAINED));
      case "yarn" -> yarn(config, trained, positions);
      case "longrope", "su" -> longRope(config, trained, positions);
      default ->
          throw new IllegalArgumentException(
              config
                  + " has type '"
                  + type
                  + "'; built are default, linear, dynamic, llama3, yarn and longrope");
    };
  }

  private static RotaryScaling yarn(ModelConfig config, long trained, long positions) {
    double factor = config.number("factor").orElse((double) positions / trained);
    double attention = Yarn.attentionFactor(factor);
    double scale = config.number("mscale").orElse(0);
    double scaleOfAll = config.number("mscale_all_dim").orElse(0);
    if (scale != 0 && scaleOfAll != 0) {
      double growth = 0.1 * Math.log(factor);
      attention = (scale * growth + 1) / (scaleOfAll * growth + 1);
    }
    return new Yarn(
        factor,
        trained,
        config.number("beta_fast").orElse(Yarn.FAST_TURNS),
        config.number("beta_slow").orElse(Yarn.SLOW_TURNS),
        config.number("attention_factor").orElse(attention),
        config.flag("truncate").orElse(true));
  }

  private static RotaryScaling longRope(ModelConfig config, long trained, long positions) {
    double factor = config.number("factor").orElse((double) positions / trained);
    return new LongRope(
        numbers(config, "short_factor"),
        numbers(config, "long_factor"),
        trained,
        config.number("attention_factor").orElse(LongRope.attentionFactor(factor, trained)));
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
      json.addProperty(TRAINED, llama.trainedLength());
    } else if (scaling instanceof Yarn yarn) {
      json.addProperty("rope_type", "yarn");
      json.addProperty("factor", yarn.factor());
      json.addProperty("beta_fast", yarn.fastTurns());
      json.addProperty("beta_slow", yarn.slowTurns());
      json.addProperty("attention_factor", yarn.attentionFactor());
      json.addProperty("truncate", yarn.truncate());
      json.addProperty(TRAINED, yarn.trainedLength());
    } else if (scaling instanceof LongRope rope) {
      json.addProperty("rope_type", "longrope");
      json.add("short_factor", numbers(rope.shortFactors()));
      json.add("long_factor", numbers(rope.longFactors()));
      json.addProperty("attention_factor", rope.attentionFactor());
      json.addProperty(TRAINED, rope.trainedLength());
    } else {
      json.addProperty("rope_type", "default");
    }
    return json;
  }

  private static List<Double> numbers(ModelConfig config, String key) {
    try {
      return config.element(key).orElseGet(JsonArray::new).getAsJsonArray().asList().stream()
          .map(JsonElement::getAsDouble)
          .toList();
    } catch (IllegalStateException | UnsupportedOperationException | NumberFormatException e) {
      throw new IllegalArgumentException(config + ": '" + key + "' must be a list of numbers", e);
    }
  }

  private static JsonArray numbers(List<Double> numbers) {
    JsonArray array = new JsonArray();
    numbers.forEach(array::add);
    return array;
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

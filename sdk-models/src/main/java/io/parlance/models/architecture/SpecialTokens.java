package io.parlance.models.architecture;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.model.ModelConfig;
import java.util.List;
import java.util.OptionalInt;

/**
 * The tokens that generation begins, ends and pads with, as {@code config.json} holds them.
 *
 * @param begin {@code bos_token_id}
 * @param end {@code eos_token_id}: one, several or none
 * @param padding {@code pad_token_id}
 */
public record SpecialTokens(OptionalInt begin, List<Integer> end, OptionalInt padding) {

  /** None of them. */
  static final SpecialTokens NONE =
      new SpecialTokens(OptionalInt.empty(), List.of(), OptionalInt.empty());

  public SpecialTokens {
    end = List.copyOf(end);
  }

  /** One token to begin and one to end with, none to pad with. */
  static SpecialTokens of(int begin, int end) {
    return new SpecialTokens(OptionalInt.of(begin), List.of(end), OptionalInt.empty());
  }

  /** One token each to begin, to end and to pad with. */
  static SpecialTokens of(int begin, int end, int padding) {
    return new SpecialTokens(OptionalInt.of(begin), List.of(end), OptionalInt.of(padding));
  }

  /** Reads the three keys; what is missing is as in {@code defaults}. */
  static SpecialTokens read(ModelConfig config, SpecialTokens defaults) {
    return new SpecialTokens(
        config.has("bos_token_id") ? config.integer("bos_token_id") : defaults.begin,
        config.has("eos_token_id") ? config.integers("eos_token_id") : defaults.end,
        config.has("pad_token_id") ? config.integer("pad_token_id") : defaults.padding);
  }

  void write(JsonObject json) {
    json.add("bos_token_id", number(begin));
    if (end.size() <= 1) {
      json.add(
          "eos_token_id", number(end.isEmpty() ? OptionalInt.empty() : OptionalInt.of(end.get(0))));
    } else {
      JsonArray ends = new JsonArray();
      end.forEach(ends::add);
      json.add("eos_token_id", ends);
    }
    json.add("pad_token_id", number(padding));
  }

  private static JsonElement number(OptionalInt value) {
    return value.isPresent() ? new JsonPrimitive(value.getAsInt()) : JsonNull.INSTANCE;
  }

  /** The row of the embedding table that stays zero, or -1. */
  int paddingRow() {
    return padding.orElse(-1);
  }
}

package io.parlance.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.ModelUnusableException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code genai_config.json} of ONNX Runtime GenAI says about a decoder: its file, what its
 * inputs and outputs are called, its sizes, and the settings of its {@code search}. Where it does
 * not name something, the defaults of ONNX Runtime GenAI hold, which are also those of optimum.
 */
public final class GenAiConfig {
  static final String FILE = "genai_config.json";

  /** Of {@code search}, what is about buffers rather than tokens. */
  private static final String SHARED_BUFFER = "past_present_share_buffer";

  private final String name;
  private final JsonObject json;

  /**
   * A configuration.
   *
   * @param name for messages
   */
  GenAiConfig(String name, JsonObject json) {
    this.name = name;
    this.json = json;
    model();
    decoder();
  }

  private JsonObject model() {
    return object(json, "model");
  }

  private JsonObject decoder() {
    return object(model(), "decoder");
  }

  private JsonObject object(JsonObject parent, String key) {
    if (parent.get(key) instanceof JsonObject object) {
      return object;
    }
    throw new ModelUnusableException(
        name + " has no object '" + key + "'; only models with model.decoder can be run");
  }

  /** The file of the graph. */
  String graph() {
    return decoder().get("filename") instanceof JsonPrimitive file
        ? file.getAsString()
        : ModelFolder.MODEL + ".onnx";
  }

  /** The same as {@code config.json} would say it. */
  ModelConfig config() {
    JsonObject config = new JsonObject();
    copy(model(), "type", config, "model_type");
    copy(model(), "vocab_size", config, "vocab_size");
    copy(model(), "context_length", config, "max_position_embeddings");
    copy(decoder(), "num_attention_heads", config, "num_attention_heads");
    copy(decoder(), "num_key_value_heads", config, "num_key_value_heads");
    copy(decoder(), "num_hidden_layers", config, "num_hidden_layers");
    copy(decoder(), "hidden_size", config, "hidden_size");
    copy(decoder(), "head_size", config, "head_dim");
    return ModelConfig.of(name, config);
  }

  private static void copy(JsonObject from, String key, JsonObject to, String name) {
    JsonElement value = from.get(key);
    if (value != null && !value.isJsonNull()) {
      to.add(name, value);
    }
  }

  /** The same as {@code generation_config.json} would say it. */
  public JsonObject generation() {
    JsonObject settings = new JsonObject();
    if (json.get("search") instanceof JsonObject search) {
      search.entrySet().stream()
          .filter(entry -> !entry.getKey().equals(SHARED_BUFFER))
          .filter(entry -> !entry.getKey().equals("random_seed"))
          .forEach(entry -> settings.add(entry.getKey(), entry.getValue()));
      if (search.get("random_seed") instanceof JsonPrimitive seed && seed.getAsLong() >= 0) {
        settings.add("seed", seed);
      }
    }
    for (String token : new String[] {"pad_token_id", "bos_token_id", "eos_token_id"}) {
      copy(model(), token, settings, token);
    }
    return settings;
  }

  /** Names of inputs and outputs of the graph, with what they are called elsewhere. */
  Map<String, String> names() {
    JsonObject inputs = part("inputs");
    JsonObject outputs = part("outputs");
    Map<String, String> names = new LinkedHashMap<>();
    for (String input : new String[] {"input_ids", "attention_mask", "position_ids"}) {
      rename(inputs, input, input, names);
    }
    rename(outputs, "logits", "logits", names);
    int layers =
        decoder().get("num_hidden_layers") instanceof JsonPrimitive count ? count.getAsInt() : 0;
    for (int layer = 0; layer < layers; layer++) {
      String past = "past_key_values." + layer;
      String present = "present." + layer;
      renameLayer(inputs, "past_names", layer, past, names);
      renameLayer(inputs, "past_key_names", layer, past + ".key", names);
      renameLayer(inputs, "past_value_names", layer, past + ".value", names);
      renameLayer(outputs, "present_names", layer, present, names);
      renameLayer(outputs, "present_key_names", layer, present + ".key", names);
      renameLayer(outputs, "present_value_names", layer, present + ".value", names);
    }
    return names;
  }

  private JsonObject part(String key) {
    return decoder().get(key) instanceof JsonObject object ? object : new JsonObject();
  }

  private static void rename(JsonObject part, String key, String usual, Map<String, String> names) {
    String found = text(part, key);
    if (found != null && !found.equals(usual)) {
      names.put(found, usual);
    }
  }

  private static void renameLayer(
      JsonObject part, String key, int layer, String usual, Map<String, String> names) {
    String pattern = text(part, key);
    if (pattern != null) {
      String found = pattern.replace("%d", Integer.toString(layer));
      if (!found.equals(usual)) {
        names.put(found, usual);
      }
    }
  }

  private static @Nullable String text(JsonObject part, String key) {
    return part.get(key) instanceof JsonPrimitive text && text.isString()
        ? text.getAsString()
        : null;
  }
}

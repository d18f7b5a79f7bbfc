package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import java.util.List;

/**
 * What {@code config.json} says of how a text-to-text model is used: files that were written before
 * there was {@code generation_config.json} keep it there. It does not change what the model
 * computes, and is handed on as it was found.
 *
 * @param generation options of generation by their keys, those of {@code generation_config.json}
 * @param tasks {@code task_specific_params} and {@code prefix}
 */
record GenerationSettings(JsonObject generation, JsonObject tasks) {

  private static final List<String> OPTIONS =
      List.of(
          "max_length",
          "min_length",
          "do_sample",
          "early_stopping",
          "num_beams",
          "num_beam_groups",
          "diversity_penalty",
          "temperature",
          "top_k",
          "top_p",
          "typical_p",
          "repetition_penalty",
          "length_penalty",
          "no_repeat_ngram_size",
          "encoder_no_repeat_ngram_size",
          "bad_words_ids",
          "suppress_tokens",
          "begin_suppress_tokens",
          "renormalize_logits",
          "remove_invalid_values");

  /** Nothing said. */
  static final GenerationSettings NONE = new GenerationSettings(new JsonObject(), new JsonObject());

  GenerationSettings {
    generation = generation.deepCopy();
    tasks = tasks.deepCopy();
  }

  static GenerationSettings read(ModelConfig config) {
    return new GenerationSettings(
        keys(config, OPTIONS), keys(config, List.of("task_specific_params", "prefix")));
  }

  private static JsonObject keys(ModelConfig config, List<String> names) {
    JsonObject found = new JsonObject();
    for (String name : names) {
      config.element(name).ifPresent(value -> found.add(name, value.deepCopy()));
    }
    return found;
  }

  void writeGeneration(JsonObject json) {
    generation.deepCopy().asMap().forEach(json::add);
  }

  void writeAll(JsonObject json) {
    writeGeneration(json);
    tasks.deepCopy().asMap().forEach(json::add);
  }
}

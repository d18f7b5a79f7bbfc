package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;

/** Published configurations, given by the keys that differ from a family's defaults. */
final class Presets {

  private Presets() {}

  /**
   * A configuration in memory.
   *
   * @param name how messages call it
   * @param keysAndValues keys of {@code config.json}, each followed by a number, a text or a flag
   */
  static ModelConfig of(String name, Object... keysAndValues) {
    JsonObject json = new JsonObject();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      String key = (String) keysAndValues[i];
      Object value = keysAndValues[i + 1];
      if (value instanceof Number number) {
        json.addProperty(key, number);
      } else if (value instanceof Boolean flag) {
        json.addProperty(key, flag);
      } else if (value instanceof JsonObject object) {
        json.add(key, object);
      } else {
        json.addProperty(key, (String) value);
      }
    }
    return ModelConfig.of(name, json);
  }
}

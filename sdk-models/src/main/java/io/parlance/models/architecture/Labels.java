package io.parlance.models.architecture;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The classes of a classifier, as {@code config.json} holds them.
 *
 * @param names class names by id
 * @param problemType what a label means; null lets the reference's rule decide: one class is a
 *     regression, integer labels are a single class, other labels several
 */
public record Labels(List<String> names, @Nullable ProblemType problemType) {

  /** What a label means. */
  public enum ProblemType {
    REGRESSION,
    SINGLE_LABEL_CLASSIFICATION,
    MULTI_LABEL_CLASSIFICATION;

    /** The name in {@code config.json}. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Two classes without names, the reference's default. */
  public static final Labels DEFAULT = numbered(2);

  public Labels {
    names = List.copyOf(names);
    if (names.isEmpty()) {
      throw new IllegalArgumentException("a classifier has at least one label");
    }
  }

  /** Classes named {@code LABEL_0}, {@code LABEL_1}, ... */
  public static Labels numbered(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add("LABEL_" + i);
    }
    return new Labels(names, null);
  }

  /** The number of classes. */
  public int count() {
    return names.size();
  }

  /**
   * Reads {@code id2label}, {@code num_labels} and {@code problem_type}.
   *
   * @throws IllegalArgumentException naming the key, if the ids are not 0, 1, 2, ... or a value is
   *     of the wrong kind
   */
  static Labels read(JsonObject json) {
    ConfigReader reader = new ConfigReader(json);
    String problem = reader.text("problem_type", "");
    ProblemType type = null;
    if (!problem.isEmpty()) {
      try {
        type = ProblemType.valueOf(problem.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "config.json: problem_type is '"
                + problem
                + "', expected regression, single_label_classification or"
                + " multi_label_classification",
            e);
      }
    }
    if (!json.has("id2label") || !json.get("id2label").isJsonObject()) {
      return new Labels(numbered((int) reader.integer("num_labels", 2)).names(), type);
    }
    TreeMap<Integer, String> byId = new TreeMap<>();
    for (Map.Entry<String, JsonElement> entry : json.getAsJsonObject("id2label").entrySet()) {
      try {
        byId.put(Integer.parseInt(entry.getKey()), entry.getValue().getAsString());
      } catch (NumberFormatException | IllegalStateException | UnsupportedOperationException e) {
        throw new IllegalArgumentException(
            "config.json: id2label has an entry " + entry + ", expected a number and a name", e);
      }
    }
    if (!byId.isEmpty() && (byId.firstKey() != 0 || byId.lastKey() != byId.size() - 1)) {
      throw new IllegalArgumentException(
          "config.json: the ids of id2label are " + byId.keySet() + ", expected 0, 1, 2, ...");
    }
    return new Labels(new ArrayList<>(byId.values()), type);
  }

  void write(JsonObject json) {
    JsonObject idToLabel = new JsonObject();
    JsonObject labelToId = new JsonObject();
    for (int i = 0; i < names.size(); i++) {
      idToLabel.addProperty(Integer.toString(i), names.get(i));
      labelToId.addProperty(names.get(i), i);
    }
    json.add("id2label", idToLabel);
    json.add("label2id", labelToId);
    if (problemType != null) {
      json.addProperty("problem_type", problemType.key());
    }
  }
}

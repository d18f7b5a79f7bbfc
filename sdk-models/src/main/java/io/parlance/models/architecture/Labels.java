package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
      names.add(ModelConfig.defaultLabel(i));
    }
    return new Labels(names, null);
  }

  /** The number of classes. */
  public int count() {
    return names.size();
  }

  /**
   * Reads {@code id2label}, {@code num_labels} and {@code problem_type}; two numbered classes where
   * nothing is said.
   *
   * @throws io.parlance.ModelUnusableException if a value is of the wrong kind
   * @throws IllegalArgumentException if the problem type is unknown
   */
  static Labels read(ModelConfig config) {
    String problem = config.problemType().orElse("");
    ProblemType type = null;
    if (!problem.isEmpty()) {
      try {
        type = ProblemType.valueOf(problem.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "problem_type is '"
                + problem
                + "', expected regression, single_label_classification or"
                + " multi_label_classification",
            e);
      }
    }
    List<String> names = config.labels();
    return new Labels(names.isEmpty() ? DEFAULT.names() : names, type);
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

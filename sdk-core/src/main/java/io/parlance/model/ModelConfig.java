package io.parlance.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.parlance.ModelUnusableException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code config.json} says, as transformers 4 and 5 write it. Only what is asked for is looked
 * at, and a key that is missing or null counts as not given; one of the wrong kind is an error that
 * names the file and the key. Immutable.
 */
public final class ModelConfig {
  // these count positions from the padding id on, so the first rows of the position table are never
  // used
  private static final Set<String> POSITIONS_AFTER_PADDING =
      Set.of(
          "roberta",
          "roberta-prelayernorm",
          "xlm-roberta",
          "xlm-roberta-xl",
          "camembert",
          "mpnet",
          "longformer",
          "data2vec-text",
          "ibert",
          "xmod",
          "luke");

  private static final Pattern PLACE = Pattern.compile("line (\\d+) column (\\d+)");

  private static final Set<String> RELATIVE_POSITIONS = Set.of("t5", "mt5", "umt5", "longt5");

  private final String name;
  private final JsonObject json;

  private ModelConfig(String name, JsonObject json) {
    this.name = name;
    this.json = json;
  }

  /** A configuration made in memory, for example that of a model which is not saved yet. */
  public static ModelConfig of(String name, JsonObject json) {
    return new ModelConfig(name, json.deepCopy());
  }

  static ModelConfig parse(String name, byte[] bytes) {
    JsonElement parsed;
    try {
      parsed = JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8));
    } catch (JsonParseException e) {
      throw new ModelUnusableException(name + " is not valid JSON" + place(e), e);
    }
    if (!parsed.isJsonObject()) {
      throw new ModelUnusableException(name + " must hold a JSON object, found " + kind(parsed));
    }
    return new ModelConfig(name, parsed.getAsJsonObject());
  }

  /** Where the parser stopped; its own sentence is for programmers. */
  private static String place(JsonParseException e) {
    Matcher place = PLACE.matcher(e.toString());
    return place.find() ? " from line " + place.group(1) + ", column " + place.group(2) : "";
  }

  /** The family, for example {@code bert}. */
  public Optional<String> modelType() {
    return string("model_type");
  }

  /**
   * Names of the classes that the weights were saved from, for example {@code
   * BertForSequenceClassification}.
   */
  public List<String> architectures() {
    return strings("architectures");
  }

  /** Rows of the embedding table: token ids are smaller. */
  public OptionalInt vocabularySize() {
    return integer("vocab_size");
  }

  /**
   * The most tokens, special tokens included, that the positions of this model allow; empty where
   * nothing is said or positions are relative.
   */
  public OptionalInt maximumLength() {
    JsonElement absolute =
        json.get("position_biased_input"); // DeBERTa: false where positions are only relative
    boolean onlyRelative =
        absolute instanceof JsonPrimitive flag && flag.isBoolean() && !flag.getAsBoolean();
    if (onlyRelative || RELATIVE_POSITIONS.contains(modelType().orElse(""))) {
      return OptionalInt.empty();
    }
    OptionalInt positions = integer("max_position_embeddings");
    if (positions.isEmpty()) {
      positions = integer("n_positions");
    }
    if (positions.isEmpty() || positions.getAsInt() <= 0) { // -1: relative positions
      return OptionalInt.empty();
    }
    int usable = positions.getAsInt();
    usable -= firstPosition();
    return usable > 0 ? OptionalInt.of(usable) : OptionalInt.empty();
  }

  /**
   * The position id of the first token of a text: 0, but {@code pad_token_id} + 1 in the families
   * that keep the positions before for padding, such as RoBERTa.
   */
  public int firstPosition() {
    return POSITIONS_AFTER_PADDING.contains(modelType().orElse(""))
        ? integer("pad_token_id").orElse(1) + 1
        : 0;
  }

  /**
   * {@code regression}, {@code single_label_classification} or {@code multi_label_classification}.
   */
  public Optional<String> problemType() {
    return string("problem_type");
  }

  /**
   * The labels by index, from {@code id2label} or else {@code label2id}, completed as {@code
   * LABEL_0}, {@code LABEL_1} ... up to {@code num_labels}; empty where the file names neither
   * labels nor their number.
   *
   * @throws ModelUnusableException if an index is no number, or missing among the others
   */
  public List<String> labels() {
    JsonObject byIndex = object("id2label");
    if (byIndex != null && byIndex.size() > 0) {
      @Nullable String[] labels = new String[byIndex.size()];
      for (Map.Entry<String, JsonElement> entry : byIndex.entrySet()) {
        place(
            "id2label",
            labels,
            entry.getKey(),
            entry.getKey(),
            asString("id2label", entry.getValue()));
      }
      return complete("id2label", labels);
    }
    JsonObject byLabel = object("label2id");
    if (byLabel != null && byLabel.size() > 0) {
      @Nullable String[] labels = new String[byLabel.size()];
      for (Map.Entry<String, JsonElement> entry : byLabel.entrySet()) {
        place(
            "label2id",
            labels,
            asString("label2id", entry.getValue()),
            entry.getKey(),
            entry.getKey());
      }
      return complete("label2id", labels);
    }
    int count = integer("num_labels").orElse(0);
    List<String> numbered = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbered.add(defaultLabel(i));
    }
    return List.copyOf(numbered);
  }

  /** The name that a label has when nobody gave it one. */
  public static String defaultLabel(int index) {
    return "LABEL_" + index;
  }

  private void place(
      String key, @Nullable String[] labels, String index, String entry, String label) {
    int position;
    try {
      position = new BigDecimal(index).intValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw new ModelUnusableException(
          name + ": the index '" + index + "' in " + key + " is not a whole number", e);
    }
    if (position < 0 || position >= labels.length || labels[position] != null) {
      throw new ModelUnusableException(
          name
              + ": "
              + key
              + " has "
              + labels.length
              + " labels, so their indexes must be 0 to "
              + (labels.length - 1)
              + ", each once; found "
              + position
              + " at '"
              + entry
              + "'");
    }
    labels[position] = label;
  }

  private static List<String> complete(String key, @Nullable String[] labels) {
    List<String> all = new ArrayList<>();
    for (String label : labels) {
      if (label == null) { // as many entries as places, each place once
        throw new AssertionError(key);
      }
      all.add(label);
    }
    return List.copyOf(all);
  }

  /** Whether the file has this key, be it null. */
  public boolean has(String key) {
    return json.has(key);
  }

  /** A text of the file, if it is given. */
  public Optional<String> string(String key) {
    JsonElement value = json.get(key);
    return value == null || value.isJsonNull()
        ? Optional.empty()
        : Optional.of(asString(key, value));
  }

  /** A whole number of the file, if it is given. */
  public OptionalInt integer(String key) {
    JsonElement value = json.get(key);
    if (value == null || value.isJsonNull()) {
      return OptionalInt.empty();
    }
    if (value instanceof JsonPrimitive number && number.isNumber()) {
      try {
        return OptionalInt.of(number.getAsBigDecimal().intValueExact());
      } catch (ArithmeticException | NumberFormatException e) {
        throw wrong(key, "a whole number", value);
      }
    }
    throw wrong(key, "a whole number", value);
  }

  /** A number of the file, if it is given. */
  public OptionalDouble number(String key) {
    JsonElement value = json.get(key);
    if (value == null || value.isJsonNull()) {
      return OptionalDouble.empty();
    }
    if (value instanceof JsonPrimitive number && number.isNumber()) {
      return OptionalDouble.of(number.getAsDouble());
    }
    throw wrong(key, "a number", value);
  }

  /** True or false, if it is given. */
  public Optional<Boolean> flag(String key) {
    JsonElement value = json.get(key);
    if (value == null || value.isJsonNull()) {
      return Optional.empty();
    }
    if (value instanceof JsonPrimitive flag && flag.isBoolean()) {
      return Optional.of(flag.getAsBoolean());
    }
    throw wrong(key, "true or false", value);
  }

  /** An object of the file as a configuration of its own, if it is given. */
  public Optional<ModelConfig> nested(String key) {
    JsonObject value = object(key);
    return value == null
        ? Optional.empty()
        : Optional.of(new ModelConfig(name + ": '" + key + "'", value));
  }

  /** A copy of whatever the file has under a key; empty if it is not given or null. */
  public Optional<JsonElement> element(String key) {
    JsonElement value = json.get(key);
    return value == null || value.isJsonNull() ? Optional.empty() : Optional.of(value.deepCopy());
  }

  /** A list of texts of the file, or a single one; empty if it is not given. */
  public List<String> strings(String key) {
    if (json.get(key) instanceof JsonPrimitive text && text.isString()) {
      return List.of(text.getAsString());
    }
    List<String> texts = new ArrayList<>();
    elements(key, "texts").forEach(each -> texts.add(asString(key, each)));
    return List.copyOf(texts);
  }

  /** A whole number of the file, or a list of them; empty if it is not given. */
  public List<Integer> integers(String key) {
    OptionalInt one = json.get(key) instanceof JsonPrimitive ? integer(key) : OptionalInt.empty();
    if (one.isPresent()) {
      return List.of(one.getAsInt());
    }
    List<Integer> numbers = new ArrayList<>();
    for (JsonElement each : elements(key, "whole numbers")) {
      try {
        numbers.add(each.getAsBigDecimal().intValueExact());
      } catch (ArithmeticException
          | IllegalStateException
          | UnsupportedOperationException
          | NumberFormatException e) {
        throw wrong(key, "a list of whole numbers", each);
      }
    }
    return List.copyOf(numbers);
  }

  private Iterable<JsonElement> elements(String key, String of) {
    JsonElement value = json.get(key);
    if (value == null || value.isJsonNull()) {
      return List.of();
    }
    if (!value.isJsonArray()) {
      throw wrong(key, "a list of " + of, value);
    }
    return value.getAsJsonArray();
  }

  /** An object of texts by name, empty where it is not given. */
  public Map<String, String> texts(String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    JsonObject given = object(key);
    if (given != null) {
      given.entrySet().forEach(entry -> texts.put(entry.getKey(), asString(key, entry.getValue())));
    }
    return texts;
  }

  private @Nullable JsonObject object(String key) {
    JsonElement value = json.get(key);
    if (value == null || value.isJsonNull()) {
      return null;
    }
    if (!value.isJsonObject()) {
      throw wrong(key, "an object", value);
    }
    return value.getAsJsonObject();
  }

  private String asString(String key, JsonElement value) {
    if (!value.isJsonPrimitive()) {
      throw wrong(key, "text", value);
    }
    return value.getAsString();
  }

  private ModelUnusableException wrong(String key, String expected, JsonElement found) {
    return new ModelUnusableException(
        name + ": '" + key + "' must be " + expected + ", found " + kind(found));
  }

  private static String kind(JsonElement element) {
    if (element.isJsonNull()) {
      return "nothing";
    }
    if (element.isJsonArray()) {
      return "a list";
    }
    return element.isJsonObject() ? "an object" : element.toString();
  }

  @Override
  public String toString() {
    return name;
  }
}

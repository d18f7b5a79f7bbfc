package io.parlance.models.training;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.models.architecture.Labels.ProblemType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An example as a data file has it, before it is known what its label means. */
record RawExample(String text, @Nullable String textPair, JsonElement label, long line) {

  /** More classes than this are a mistake in the data. */
  private static final int MOST_CLASSES = 1 << 20;

  private static final int CLASSES_SHOWN = 10;

  static RawExample of(JsonLines.Line line, JsonLines lines) {
    JsonObject object = line.object();
    String text = string(object, "text", line, lines);
    if (text == null) {
      throw lines.error(line.number(), "has no \"text\"; its keys are " + object.keySet());
    }
    String textPair = string(object, "text_pair", line, lines);
    JsonElement label = object.get("label");
    if (label == null || label.isJsonNull()) {
      throw lines.error(line.number(), "has no \"label\"; its keys are " + object.keySet());
    }
    RawExample example = new RawExample(text, textPair, label, line.number());
    for (JsonElement element : example.elements()) {
      if (!isString(element) && !isNumber(element)) {
        throw lines.error(
            line.number(),
            "\"label\" is " + shown(label) + ", expected a string, a number or a list of them");
      }
    }
    return example;
  }

  private static @Nullable String string(
      JsonObject object, String key, JsonLines.Line line, JsonLines lines) {
    JsonElement element = object.get(key);
    if (element == null || element.isJsonNull() && key.equals("text_pair")) {
      return null;
    }
    if (!isString(element)) {
      throw lines.error(
          line.number(), "\"" + key + "\" is " + shown(element) + ", expected a string");
    }
    return element.getAsString();
  }

  /** The label, or the members of the list that it is. */
  List<JsonElement> elements() {
    return label.isJsonArray() ? label.getAsJsonArray().asList() : List.of(label);
  }

  boolean isFractional() {
    return isNumber(label)
        && label.getAsString().chars().anyMatch(c -> c == '.' || c == 'e' || c == 'E');
  }

  static boolean isString(JsonElement element) {
    return element.isJsonPrimitive() && element.getAsJsonPrimitive().isString();
  }

  static boolean isNumber(JsonElement element) {
    return element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber();
  }

  /** All lines of a file must have the same kind of label, and all or none a second text. */
  void requireKindOf(RawExample first, @Nullable ProblemType problem, JsonLines lines) {
    if (problem == null && label.isJsonArray() != first.label.isJsonArray()) {
      throw lines.error(line, differs("label", shown(label), first.line, shown(first.label)));
    }
    if (!label.isJsonArray()
        && !first.label.isJsonArray()
        && isNumber(label) != isNumber(first.label)) {
      throw lines.error(line, differs("label", shown(label), first.line, shown(first.label)));
    }
    if ((textPair == null) != (first.textPair == null)) {
      String has = textPair == null ? "missing" : "there";
      throw lines.error(
          line, differs("text_pair", has, first.line, textPair == null ? "there" : "missing"));
    }
  }

  private static String differs(String key, String found, long firstLine, String first) {
    return "\"%s\" is %s, but in line %d it is %s; use one kind in the whole file"
        .formatted(key, found, firstLine, first);
  }

  Target target(ProblemType type, Map<String, Integer> ids, JsonLines lines) {
    return switch (type) {
      case REGRESSION -> {
        if (!isNumber(label) || !Double.isFinite(label.getAsDouble())) {
          throw lines.error(
              line, "\"label\" is " + shown(label) + ", expected a finite number for a regression");
        }
        yield new Target.Value(label.getAsDouble());
      }
      case SINGLE_LABEL_CLASSIFICATION -> {
        if (label.isJsonArray()) {
          throw lines.error(
              line, "\"label\" is the list " + shown(label) + ", expected a single class");
        }
        yield new Target.OneClass(id(label, ids, lines));
      }
      case MULTI_LABEL_CLASSIFICATION -> {
        List<Integer> all = new ArrayList<>();
        for (JsonElement element : elements()) {
          int id = id(element, ids, lines);
          if (all.contains(id)) {
            throw lines.error(line, "\"label\" has " + shown(element) + " twice");
          }
          all.add(id);
        }
        yield new Target.SomeClasses(all);
      }
    };
  }

  private int id(JsonElement element, Map<String, Integer> ids, JsonLines lines) {
    Integer id =
        isNumber(element)
            ? Integer.valueOf(classNumber(element, lines))
            : ids.get(element.getAsString());
    if (id == null || id >= ids.size()) {
      String all =
          ids.size() <= CLASSES_SHOWN ? ": " + ids.keySet().stream().sorted().toList() : "";
      throw lines.error(
          line,
          "label " + shown(element) + " is none of the " + ids.size() + " known classes" + all);
    }
    return id;
  }

  /** The number of a class, from 0. */
  int classNumber(JsonElement element, JsonLines lines) {
    try {
      int number = new BigDecimal(element.getAsString()).intValueExact();
      if (number >= 0 && number < MOST_CLASSES) {
        return number;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw lines.error(
          line, "label " + shown(element) + " is not the number of a class; expected 0, 1, 2, ...");
    }
    throw lines.error(
        line,
        "label "
            + shown(element)
            + " is not the number of a class; expected 0 to "
            + (MOST_CLASSES - 1));
  }

  private static String shown(JsonElement element) {
    return JsonLines.abbreviated(element.toString());
  }
}

package io.parlance.generation;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import io.parlance.InvalidInputException;
import io.parlance.generation.constraint.Constraint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which values an option takes, and how JSON spells them. */
interface OptionKind<T> {
  /** Reads JSON as the standard has it. */
  Gson STRICT = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  /** For messages, for example {@code a whole number of at least 1}. */
  String expected();

  /** The value, or null where the element is not of this kind. */
  @Nullable T parse(JsonElement element);

  /** Whether a value of the right type is allowed. */
  boolean allows(T value);

  static OptionKind<Integer> wholeNumber(int minimum) {
    return of(
        "a whole number of at least " + minimum, OptionKind::integer, value -> value >= minimum);
  }

  static OptionKind<Long> longNumber() {
    return of("a whole number", OptionKind::longInteger, value -> true);
  }

  static OptionKind<Double> number(String expected, Allowed<Double> allowed) {
    return of(
        expected,
        OptionKind::number,
        value -> !value.isNaN() && !value.isInfinite() && allowed.test(value));
  }

  static OptionKind<Boolean> flag() {
    return of(
        "true or false",
        element ->
            element instanceof JsonPrimitive flag
                    && (flag.isBoolean() || flag.getAsString().matches("true|false"))
                ? Boolean.valueOf(flag.getAsString())
                : null,
        value -> true);
  }

  static OptionKind<EarlyStopping> earlyStopping() {
    return of(
        "true, false or \"never\"",
        element ->
            element instanceof JsonPrimitive word
                ? switch (word.getAsString()) {
                  case "true" -> EarlyStopping.TRUE;
                  case "false" -> EarlyStopping.FALSE;
                  case "never" -> EarlyStopping.NEVER;
                  default -> null;
                }
                : null,
        value -> true);
  }

  static OptionKind<AssistantSchedule> assistantSchedule() {
    return of(
        "\"constant\", \"heuristic\" or \"heuristic_transient\"",
        element ->
            element instanceof JsonPrimitive word
                ? switch (word.getAsString()) {
                  case "constant" -> AssistantSchedule.CONSTANT;
                  case "heuristic", "heuristic_transient" -> AssistantSchedule.HEURISTIC;
                  default -> null;
                }
                : null,
        value -> true);
  }

  /** A token id or a list of them. */
  static OptionKind<List<Integer>> tokens() {
    return of(
        "a token id or a list of token ids",
        element -> {
          Integer one = integer(element);
          return one != null ? List.of(one) : list(element, OptionKind::integer);
        },
        OptionKind::areTokens);
  }

  static OptionKind<List<List<Integer>>> tokenLists() {
    return of(
        "a list of lists of token ids",
        element -> list(element, each -> list(each, OptionKind::integer)),
        value -> value.stream().allMatch(each -> !each.isEmpty() && areTokens(each)));
  }

  static OptionKind<List<String>> texts() {
    return of(
        "a text or a list of texts, none of them empty",
        element ->
            element instanceof JsonPrimitive text && text.isString()
                ? List.of(text.getAsString())
                : list(
                    element,
                    each ->
                        each instanceof JsonPrimitive text && text.isString()
                            ? text.getAsString()
                            : null),
        value -> value.stream().noneMatch(String::isEmpty));
  }

  /** Texts for an answer to be one of; what cannot be enforced is refused with its reason. */
  static OptionKind<List<String>> choices() {
    OptionKind<List<String>> texts = texts();
    return of(
        texts.expected(),
        texts::parse,
        value ->
            !value.isEmpty() && texts.allows(value) && enforced(new Constraint.Choices(value)));
  }

  /** A regular expression; what cannot be enforced is refused with its reason. */
  static OptionKind<String> regex() {
    return of(
        "a regular expression",
        element ->
            element instanceof JsonPrimitive text && text.isString() ? text.getAsString() : null,
        value -> enforced(new Constraint.Regex(value)));
  }

  /** A JSON schema, or a text that has one; what cannot be enforced is refused with its reason. */
  static OptionKind<JsonElement> jsonSchema() {
    return of(
        "a JSON schema", OptionKind::parseSchema, value -> enforced(new Constraint.Schema(value)));
  }

  private static @Nullable JsonElement parseSchema(JsonElement element) {
    if (element instanceof JsonPrimitive text && text.isString()) {
      try {
        return STRICT.fromJson(text.getAsString(), JsonElement.class);
      } catch (JsonParseException e) {
        throw new InvalidInputException("json_schema is no JSON: " + e.getMessage(), e);
      }
    }
    return element instanceof JsonObject
            || element instanceof JsonPrimitive flag && flag.isBoolean()
        ? element
        : null;
  }

  private static boolean enforced(Constraint constraint) {
    constraint.check();
    return true;
  }

  /** {@code [[[token ids], bias], ...]}; also an object from a token id to its bias. */
  static OptionKind<Map<List<Integer>, Double>> biases() {
    return of(
        "a list of [[token ids], bias]",
        OptionKind::parseBiases,
        value -> value.keySet().stream().allMatch(each -> !each.isEmpty() && areTokens(each)));
  }

  private static @Nullable Map<List<Integer>, Double> parseBiases(JsonElement element) {
    Map<List<Integer>, Double> biases = new LinkedHashMap<>();
    if (element instanceof JsonObject object) {
      for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
        Double bias = number(entry.getValue());
        if (bias == null || !entry.getKey().matches("\\d{1,9}")) {
          return null;
        }
        biases.put(List.of(Integer.valueOf(entry.getKey())), bias);
      }
      return biases;
    }
    if (!(element instanceof JsonArray pairs)) {
      return null;
    }
    for (JsonElement pair : pairs) {
      if (!(pair instanceof JsonArray both) || both.size() != 2) {
        return null;
      }
      List<Integer> tokens = list(both.get(0), OptionKind::integer);
      Double bias = number(both.get(1));
      if (tokens == null || bias == null) {
        return null;
      }
      biases.put(tokens, bias);
    }
    return biases;
  }

  static OptionKind<ExponentialDecay> exponentialDecay() {
    return of(
        "a list of a start (whole number) and a factor above 0",
        element -> {
          if (!(element instanceof JsonArray both) || both.size() != 2) {
            return null;
          }
          Integer start = integer(both.get(0));
          Double factor = number(both.get(1));
          return start == null || factor == null ? null : new ExponentialDecay(start, factor);
        },
        value -> value.start() >= 0 && value.factor() > 0);
  }

  /** A condition on a value. */
  interface Allowed<T> {
    boolean test(T value);
  }

  /** Reads an element, or gives null. */
  interface Parser<T> {
    @Nullable T parse(JsonElement element);
  }

  private static <T> OptionKind<T> of(String expected, Parser<T> parser, Allowed<T> allowed) {
    return new OptionKind<>() {
      @Override
      public String expected() {
        return expected;
      }

      @Override
      public @Nullable T parse(JsonElement element) {
        return parser.parse(element);
      }

      @Override
      public boolean allows(T value) {
        return allowed.test(value);
      }
    };
  }

  private static boolean areTokens(List<Integer> tokens) {
    return tokens.stream().allMatch(token -> token >= 0);
  }

  private static <T> @Nullable List<T> list(JsonElement element, Parser<T> parser) {
    if (!(element instanceof JsonArray array)) {
      return null;
    }
    List<T> values = new ArrayList<>();
    for (JsonElement each : array) {
      T value = parser.parse(each);
      if (value == null) {
        return null;
      }
      values.add(value);
    }
    return List.copyOf(values);
  }

  private static @Nullable Integer integer(JsonElement element) {
    Long value = longInteger(element);
    return value == null || value.intValue() != value ? null : Integer.valueOf(value.intValue());
  }

  private static @Nullable Long longInteger(JsonElement element) {
    try {
      return element instanceof JsonPrimitive number && number.isNumber()
          ? Long.valueOf(number.getAsBigDecimal().longValueExact())
          : null;
    } catch (ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable Double number(JsonElement element) {
    return element instanceof JsonPrimitive number && number.isNumber()
        ? Double.valueOf(number.getAsDouble())
        : null;
  }
}

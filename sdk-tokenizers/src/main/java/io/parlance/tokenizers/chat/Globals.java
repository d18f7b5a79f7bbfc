package io.parlance.tokenizers.chat;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions that every template can call. */
final class Globals {
  /** As in Jinja's sandbox. */
  private static final int LONGEST_RANGE = 100_000;

  private Globals() {}

  static void addTo(Scope scope, Evaluator evaluator, Clock clock) {
    Budget budget = evaluator.budget();
    scope.set("range", (Callable) arguments -> range(arguments, budget));
    scope.set("dict", (Callable) arguments -> dict(arguments, budget));
    scope.set("namespace", (Callable) arguments -> namespace(arguments, budget));
    scope.set("joiner", (Callable) Globals::joiner);
    scope.set("cycler", (Callable) Globals::cycler);
    scope.set(
        "raise_exception",
        (Callable)
            arguments -> {
              Object message = arguments.bind("raise_exception", "message").required("message");
              throw TemplateFailure.raisedByTemplate(evaluator.text(message));
            });
    scope.set(
        "strftime_now",
        (Callable)
            arguments ->
                DateFormat.format(
                    arguments.bind("strftime_now", "format").text("format"),
                    ZonedDateTime.now(clock)));
  }

  private static Object range(Arguments arguments, Budget budget) {
    Bound bound = arguments.bind("range", "first", "second", "step");
    boolean one = bound.find("second") == null;
    long start = one ? 0 : PythonTypes.index(bound.required("first"));
    long stop = PythonTypes.index(one ? bound.required("first") : bound.required("second"));
    long step = bound.integer("step", 1);
    if (step == 0) {
      throw new TemplateFailure("range() step must not be zero");
    }
    long length = Math.max(0, (stop - start + step - Long.signum(step)) / step);
    if (length > LONGEST_RANGE) {
      throw new TemplateFailure("range() is longer than " + LONGEST_RANGE);
    }
    budget.allocate(length);
    List<Object> numbers = new ArrayList<>((int) length);
    for (long i = 0; i < length; i++) {
      numbers.add(Numbers.of(start + i * step));
    }
    return numbers;
  }

  private static Map<Object, Object> dict(Arguments arguments, Budget budget) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (Object source : arguments.positional()) {
      if (source instanceof Map<?, ?> other) {
        budget.allocate(other.size());
        map.putAll(other);
        continue;
      }
      for (Object entry : PythonTypes.elements(source, budget)) {
        List<Object> pair = PythonTypes.elements(entry, budget);
        if (pair.size() != 2) {
          throw new TemplateFailure("dict() needs pairs, got " + pair.size() + " values");
        }
        map.put(PythonTypes.key(pair.get(0)), pair.get(1));
      }
    }
    map.putAll(arguments.named());
    return map;
  }

  private static Object namespace(Arguments arguments, Budget budget) {
    Namespace namespace = new Namespace();
    dict(arguments, budget)
        .forEach((name, value) -> namespace.attributes().put(PythonTypes.text(name), value));
    return namespace;
  }

  /** Gives nothing at its first call and the separator afterwards. */
  private static Object joiner(Arguments arguments) {
    Object separator = arguments.bind("joiner", "sep").get("sep", ", ");
    boolean[] used = new boolean[1];
    return (Callable)
        none -> {
          Object value = used[0] ? separator : "";
          used[0] = true;
          return value;
        };
  }

  private static Object cycler(Arguments arguments) {
    List<Object> items = arguments.positional();
    if (items.isEmpty()) {
      throw new TemplateFailure("cycler() needs at least one item");
    }
    Namespace cycler = new Namespace();
    int[] position = new int[1];
    cycler.attributes().put("current", items.get(0));
    cycler
        .attributes()
        .put(
            "next",
            (Callable)
                none -> {
                  Object value = items.get(position[0]);
                  position[0] = (position[0] + 1) % items.size();
                  cycler.attributes().put("current", items.get(position[0]));
                  return value;
                });
    cycler
        .attributes()
        .put(
            "reset",
            (Callable)
                none -> {
                  position[0] = 0;
                  cycler.attributes().put("current", items.get(0));
                  return None.NONE;
                });
    return cycler;
  }
}

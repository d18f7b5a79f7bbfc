package io.parlance.models.weights;

import io.parlance.ModelUnusableException;
import io.parlance.models.weights.SafetensorsReader.Description;
import io.parlance.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the weights of a model's parameters in safetensors files, whatever the conventions of the
 * tool that wrote them (see {@link WeightNames}), and reads them as FLOAT32.
 *
 * <p>All names and shapes are compared before any data is read. What does not fit is reported in
 * one error that lists every missing, unexpected and misshapen tensor by name.
 */
public final class WeightLoader {

  /** What to do about weights of heads; the base of the model must always fit. */
  public enum Policy {
    /** Every parameter must be stored and every stored tensor must be a parameter. */
    EXACT,
    /**
     * For fine-tuning and feature extraction. Parameters of heads (outside the base prefix, or in
     * an optional module of the base) may be missing or have another shape and are then new; stored
     * heads that the model lacks stay unread.
     */
    NEW_HEADS
  }

  private final WeightNames names;
  private final Policy policy;

  /** A loader for a family's names. */
  public WeightLoader(WeightNames names, Policy policy) {
    this.names = names;
    this.policy = policy;
  }

  /**
   * Reads the weights.
   *
   * @param source a safetensors file, an index of shards, or a model folder with either
   * @param parameters the shapes of the model's parameters by name
   * @throws io.parlance.ModelNotFoundException if there are no weights at {@code source}
   * @throws ModelUnusableException if a file is broken or the weights do not fit the parameters
   */
  public LoadedWeights load(Path source, Map<String, long[]> parameters) {
    try (SafetensorsReader reader = SafetensorsReader.open(source)) {
      Matching matching = match(reader, parameters);
      matching.requireFit(reader.source());
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      boolean done = false;
      try {
        for (String parameter : parameters.keySet()) {
          String stored = matching.stored.get(parameter);
          if (stored != null) {
            tensors.put(parameter, reader.readFloats(stored));
          }
        }
        done = true;
        return new LoadedWeights(tensors, matching.fresh, matching.unused);
      } finally {
        if (!done) {
          tensors.values().forEach(Tensor::close);
        }
      }
    }
  }

  private Matching match(SafetensorsReader reader, Map<String, long[]> parameters) {
    Matching matching = new Matching();
    Map<String, String> throughAlias = new LinkedHashMap<>();
    List<String> left = new ArrayList<>();
    for (String stored : reader.tensors().keySet()) {
      String parameter = firstOf(names.candidates(stored), parameters);
      String tied = parameter == null ? aliased(stored, parameters) : null;
      if (parameter != null) {
        matching.assign(parameter, stored);
      } else if (tied != null) {
        throughAlias.put(tied, stored);
      } else if (!names.isIgnorable(stored)) {
        left.add(stored);
      }
    }
    throughAlias.forEach(matching.stored::putIfAbsent);
    matching.checkFound(reader.tensors(), parameters);
    matching.checkLeft(left, names.arePrefixed(reader.tensors().keySet()));
    return matching;
  }

  private static @Nullable String firstOf(List<String> candidates, Map<String, long[]> parameters) {
    return candidates.stream().filter(parameters::containsKey).findFirst().orElse(null);
  }

  /** The parameter that {@code stored} is another name of, if any. */
  private @Nullable String aliased(String stored, Map<String, long[]> parameters) {
    return names.candidates(stored).stream()
        .map(names.aliases()::get)
        .filter(Objects::nonNull)
        .map(parameter -> firstOf(names.candidates(parameter), parameters))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** Which stored tensor is which parameter, and what does not fit. */
  private final class Matching {
    final Map<String, String> stored = new HashMap<>();
    final List<String> fresh = new ArrayList<>();
    final List<String> unused = new ArrayList<>();
    final List<String> problems = new ArrayList<>();

    void assign(String parameter, String name) {
      String other = stored.putIfAbsent(parameter, name);
      if (other != null) {
        problems.add("stored twice: %s as %s and as %s".formatted(parameter, other, name));
      }
    }

    void checkFound(Map<String, Description> tensors, Map<String, long[]> parameters) {
      boolean prefixed = names.arePrefixed(parameters.keySet());
      parameters.forEach(
          (parameter, shape) -> {
            String name = stored.get(parameter);
            Description found = name == null ? null : tensors.get(name);
            String problem =
                name == null || found == null
                    ? "missing: " + parameter
                    : misfit(name, found, shape);
            if (problem == null) {
              return;
            }
            if (policy == Policy.NEW_HEADS && names.isHead(parameter, prefixed)) {
              fresh.add(parameter);
              if (name != null) {
                stored.remove(parameter);
                unused.add(name);
              }
            } else {
              problems.add(problem);
            }
          });
    }

    private @Nullable String misfit(String name, Description found, long[] shape) {
      if (!found.isFloatingPoint()) {
        return "not floating point: " + name + " has type " + found.dtype();
      }
      List<Long> expected = Arrays.stream(shape).boxed().toList();
      return found.shape().equals(expected)
          ? null
          : "misshapen: " + name + " has shape " + found.shape() + ", expected " + expected;
    }

    void checkLeft(List<String> left, boolean prefixed) {
      for (String name : left) {
        if (policy == Policy.NEW_HEADS && names.isHead(name, prefixed)) {
          unused.add(name);
        } else {
          problems.add("unexpected: " + name);
        }
      }
    }

    void requireFit(Path source) {
      if (!problems.isEmpty()) {
        throw new ModelUnusableException(
            "the weights in %s do not fit the model (%d problems): %s; check that config.json belongs to them"
                .formatted(source, problems.size(), String.join("; ", problems)));
      }
    }
  }
}

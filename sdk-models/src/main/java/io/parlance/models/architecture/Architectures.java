package io.parlance.models.architecture;

import com.google.gson.JsonPrimitive;
import io.parlance.ModelUnusableException;
import io.parlance.model.ModelConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the model that a {@code config.json} names. */
public final class Architectures {

  /** Makes the model of one architecture. */
  interface Builder {
    /**
     * The model.
     *
     * @param weights the names of the weights at hand; empty for a model that gets new ones
     * @throws IllegalArgumentException if a value of the configuration is wrong
     */
    PretrainedModel build(ModelConfig config, Set<String> weights);
  }

  private static final Pattern GENERATING =
      Pattern.compile("LMHeadModel$|ForCausalLM$|ForConditionalGeneration$|MTModel$");

  private static final Pattern BODY = Pattern.compile("(?<!LMHead)Model$");

  private static final Map<String, Builder> BUILDERS = new TreeMap<>();

  private static final List<EncoderFamily> ENCODERS =
      Stream.concat(
              Stream.of(
                  Bert.FAMILY,
                  DistilBert.FAMILY,
                  Albert.FAMILY,
                  Electra.FAMILY,
                  Mpnet.FAMILY,
                  Deberta.FAMILY,
                  Xlnet.FAMILY,
                  SpanBert.FAMILY,
                  ModernBert.FAMILY),
              Roberta.FAMILIES.stream())
          .toList();

  static {
    ENCODERS.forEach(family -> BUILDERS.putAll(family.builders()));
    BUILDERS.putAll(DecoderFamilies.builders());
    BUILDERS.putAll(EncoderDecoderFamilies.builders());
    BUILDERS.putAll(RecurrentLanguageModel.builders());
    BUILDERS.putAll(ElectraPretraining.builders());
  }

  private Architectures() {}

  /**
   * The model of a configuration.
   *
   * @param config what {@code config.json} says
   * @param weights the names of the weights at hand; they tell what the configuration does not,
   *     such as whether there is a pooler. Empty for a model that gets new weights
   *     <p>Where {@code architectures} is missing, it is the class of the {@code model_type} whose
   *     parameters are those of the weights; without weights the one that generates, or the body.
   * @throws ModelUnusableException if {@code architectures} names none that can be built, or is
   *     missing and {@code model_type} does not help, or a value of the configuration is wrong
   */
  public static PretrainedModel of(ModelConfig config, Set<String> weights) {
    String type = config.modelType().orElse("");
    if (config.architectures().isEmpty() && !BUILDERS.containsKey(type)) {
      return ofType(config, type, weights);
    }
    String name = config.architectures().isEmpty() ? type : config.architectures().get(0);
    Builder builder = BUILDERS.get(name);
    if (builder == null) {
      throw new ModelUnusableException(
          config + ": architecture '" + name + "' cannot be built; known are " + names());
    }
    try {
      return builder.build(config, weights);
    } catch (IllegalArgumentException e) {
      throw new ModelUnusableException(config + ": " + e.getMessage(), e);
    }
  }

  private static PretrainedModel ofType(ModelConfig config, String type, Set<String> weights) {
    PretrainedModel best = null;
    long fewest = Long.MAX_VALUE;
    for (Map.Entry<String, Builder> entry : BUILDERS.entrySet()) {
      PretrainedModel model;
      try {
        model = entry.getValue().build(config, weights);
        if (!new JsonPrimitive(type).equals(model.configuration().get("model_type"))) {
          continue;
        }
      } catch (IllegalArgumentException e) {
        continue; // another family's
      }
      long strange = weights.isEmpty() ? rank(entry.getKey()) : strange(model, weights);
      strange = 2 * strange + (isUnusual(entry.getKey()) ? 1 : 0);
      if (strange < fewest) {
        best = model;
        fewest = strange;
      }
    }
    if (best == null) {
      throw new ModelUnusableException(
          config + " names no class under 'architectures'; known are " + names());
    }
    return best;
  }

  /** Among classes with the same parameters: another is what most checkpoints are for. */
  private static boolean isUnusual(String architecture) {
    return architecture.endsWith("ForMultipleChoice")
        || BUILDERS.containsKey(architecture.replace("ForCausalLM", "ForMaskedLM"))
            && architecture.endsWith("ForCausalLM");
  }

  private static long rank(String architecture) {
    return GENERATING.matcher(architecture).find() ? 0 : BODY.matcher(architecture).find() ? 1 : 2;
  }

  /** How many names either the model or the weights have alone. */
  private static long strange(PretrainedModel model, Set<String> weights) {
    Set<String> parameters = model.parameters().keySet();
    Set<String> read = new HashSet<>();
    for (String stored : weights) {
      for (String candidate : model.weightNames().candidates(stored)) {
        if (parameters.contains(candidate)) {
          read.add(candidate);
          break;
        }
      }
    }
    return (parameters.size() - read.size()) + (weights.size() - read.size());
  }

  /**
   * The encoder that {@code model_type} names, for a head of one's own choice.
   *
   * @throws ModelUnusableException if no encoder of this type can be built, or a value of the
   *     configuration is wrong
   */
  public static EncoderConfig<?> encoder(ModelConfig config) {
    String type = config.modelType().orElse("");
    for (EncoderFamily family : ENCODERS) {
      if (family.modelType().equals(type)) {
        try {
          return family.reader().apply(config).config();
        } catch (IllegalArgumentException e) {
          throw new ModelUnusableException(config + ": " + e.getMessage(), e);
        }
      }
    }
    throw new ModelUnusableException(
        config + ": model_type is '" + type + "', expected one of " + encoderTypes());
  }

  /** The {@code model_type} of all encoders that can be built, sorted. */
  public static List<String> encoderTypes() {
    return ENCODERS.stream().map(EncoderFamily::modelType).sorted().toList();
  }

  /** The {@code model_type} of all encoders that have these heads, sorted. */
  public static List<String> encoderTypes(Set<Head> heads) {
    return ENCODERS.stream()
        .filter(family -> family.heads().containsAll(heads))
        .map(EncoderFamily::modelType)
        .sorted()
        .toList();
  }

  /**
   * The published configuration of an encoder, of its base size where there is one: what a new
   * model starts from.
   *
   * @param type a {@code model_type}
   * @throws IllegalArgumentException if there is no such encoder, naming those there are
   */
  public static EncoderConfig<?> published(String type) {
    return ENCODERS.stream()
        .filter(family -> family.modelType().equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no encoder '" + type + "', only " + encoderTypes()))
        .published()
        .get();
  }

  /** The names of all architectures that can be built, sorted. */
  public static List<String> names() {
    return List.copyOf(BUILDERS.keySet());
  }
}

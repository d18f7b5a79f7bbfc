package io.parlance.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.parlance.ModelUnusableException;
import io.parlance.Pooling;
import io.parlance.SimilarityFunction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a folder of sentence-transformers says about what comes after the transformer, in the old
 * and the new dialect of its files.
 *
 * @param poolings what is put one after the other to one vector, in the reference's order
 * @param includePrompt whether the tokens of a prompt take part in the pooling
 * @param tokenDimension how many numbers the vector of a token has, where the files say so
 * @param denseLayers folders of the linear layers after the pooling, for {@link
 *     ModelFolder#denseLayer}
 * @param normalize whether vectors get length 1 in the end
 * @param otherModules modules that only a graph can contain
 * @param lowerCase whether texts are lower-cased
 * @param maximumLength tokens that are kept, special tokens included
 * @param prompts texts that are put before an input, by name
 * @param defaultPrompt the prompt that is used if nobody chooses one
 * @param similarity how the model's vectors are compared
 */
public record SentenceTransformer(
    List<Pooling> poolings,
    boolean includePrompt,
    OptionalInt tokenDimension,
    List<String> denseLayers,
    boolean normalize,
    List<String> otherModules,
    boolean lowerCase,
    OptionalInt maximumLength,
    Map<String, String> prompts,
    Optional<String> defaultPrompt,
    SimilarityFunction similarity) {
  private static final String MODULES = "modules.json";

  // the reference looks for these, though it writes only the first any more
  private static final List<String> TRANSFORMER_SETTINGS =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_albert_config.json",
          "sentence_xlm-roberta_config.json",
          "sentence_xlnet_config.json");

  private static final String SETTINGS = "config_sentence_transformers.json";

  // both dialects, in the order in which the reference concatenates
  private static final Map<String, Pooling> FLAGS = flags();

  private static Map<String, Pooling> flags() {
    Map<String, Pooling> flags = new LinkedHashMap<>();
    flags.put("pooling_mode_cls_token", Pooling.CLS);
    flags.put("pooling_mode_max_tokens", Pooling.MAX);
    flags.put("pooling_mode_mean_tokens", Pooling.MEAN);
    flags.put("pooling_mode_mean_sqrt_len_tokens", Pooling.MEAN_SQRT_LEN);
    flags.put("pooling_mode_weightedmean_tokens", Pooling.WEIGHTED_MEAN);
    flags.put("pooling_mode_lasttoken", Pooling.LAST);
    return flags;
  }

  private static final Map<String, Pooling> NAMES =
      Map.of(
          "cls", Pooling.CLS,
          "max", Pooling.MAX,
          "mean", Pooling.MEAN,
          "mean_sqrt_len", Pooling.MEAN_SQRT_LEN,
          "mean_sqrt_len_tokens", Pooling.MEAN_SQRT_LEN,
          "weightedmean", Pooling.WEIGHTED_MEAN,
          "lasttoken", Pooling.LAST);

  public SentenceTransformer {
    poolings = List.copyOf(poolings);
    denseLayers = List.copyOf(denseLayers);
    otherModules = List.copyOf(otherModules);
    prompts = Map.copyOf(prompts);
  }

  /** What the files say, or null where there is no {@code modules.json}. */
  static @Nullable SentenceTransformer read(ModelFiles files) {
    if (!files.exists(MODULES)) {
      return null;
    }
    List<Pooling> poolings = new ArrayList<>();
    List<String> dense = new ArrayList<>();
    List<String> others = new ArrayList<>();
    boolean normalize = false;
    boolean includePrompt = true;
    OptionalInt dimension = OptionalInt.empty();
    for (Module module : modules(files)) {
      boolean late = normalize; // nothing but a graph could continue after the normalization
      switch (module.kind()) {
        case "Transformer", "Dropout" -> {} // a dropout does nothing outside of training
        case "Normalize" -> normalize = true;
        case "Pooling" -> {
          ModelConfig pooling = settings(files, module.path() + "/config.json");
          poolings.addAll(poolings(pooling));
          includePrompt = pooling.flag("include_prompt").orElse(true);
          dimension = pooling.integer("word_embedding_dimension");
          dimension = dimension.isPresent() ? dimension : pooling.integer("embedding_dimension");
        }
        case "Dense" -> (late ? others : dense).add(late ? module.type() : module.path());
        default -> others.add(module.type());
      }
    }
    ModelConfig general = settingsOrNone(files, SETTINGS);
    ModelConfig transformer =
        settingsOrNone(
            files,
            TRANSFORMER_SETTINGS.stream()
                .filter(files::exists)
                .findFirst()
                .orElse(TRANSFORMER_SETTINGS.get(0)));
    return new SentenceTransformer(
        poolings,
        includePrompt,
        dimension,
        dense,
        normalize,
        others,
        transformer.flag("do_lower_case").orElse(false),
        transformer.integer("max_seq_length"),
        general.texts("prompts"),
        defaultPrompt(general),
        similarity(general));
  }

  private static Optional<String> defaultPrompt(ModelConfig config) {
    Optional<String> name = config.string("default_prompt_name");
    if (name.isPresent() && !config.texts("prompts").containsKey(name.get())) {
      throw new ModelUnusableException(
          config
              + ": default_prompt_name '"
              + name.get()
              + "' is none of its prompts "
              + config.texts("prompts").keySet());
    }
    return name;
  }

  private record Module(String type, String path) {
    /** The class without its package, which is another in each dialect. */
    String kind() {
      return type.substring(type.lastIndexOf('.') + 1);
    }
  }

  private static List<Module> modules(ModelFiles files) {
    try {
      List<Module> modules = new ArrayList<>();
      for (JsonElement each :
          JsonParser.parseString(new String(files.read(MODULES), StandardCharsets.UTF_8))
              .getAsJsonArray()) {
        JsonObject module = each.getAsJsonObject();
        modules.add(new Module(module.get("type").getAsString(), module.get("path").getAsString()));
      }
      return modules;
    } catch (JsonParseException
        | IllegalStateException
        | NullPointerException
        | UnsupportedOperationException e) {
      throw new ModelUnusableException(
          files.describe(MODULES)
              + " must be a list of objects with type and path, as"
              + " sentence-transformers writes it",
          e);
    }
  }

  private static ModelConfig settingsOrNone(ModelFiles files, String file) {
    return files.exists(file)
        ? settings(files, file)
        : ModelConfig.of(files.describe(file), new JsonObject());
  }

  static ModelConfig settings(ModelFiles files, String file) {
    if (!files.exists(file)) {
      throw new ModelUnusableException(
          files.describe(MODULES) + " speaks of " + file + ", which is not there");
    }
    return ModelConfig.parse(files.describe(file), files.read(file));
  }

  private static List<Pooling> poolings(ModelConfig config) {
    List<Pooling> chosen = new ArrayList<>();
    List<String> named = config.strings("pooling_mode");
    if (!named.isEmpty()) {
      for (String name : String.join("+", named).split("\\+")) {
        Pooling pooling = NAMES.get(name);
        if (pooling == null) {
          throw new ModelUnusableException(
              config
                  + ": pooling_mode '"
                  + name
                  + "' is unknown; it is one of "
                  + new TreeSet<>(NAMES.keySet()));
        }
        chosen.add(pooling);
      }
      return chosen;
    }
    FLAGS.forEach(
        (flag, pooling) -> {
          if (config.flag(flag).orElse(false)) {
            chosen.add(pooling);
          }
        });
    if (chosen.isEmpty() && !config.has("pooling_mode_mean_tokens")) {
      chosen.add(Pooling.MEAN); // the reference's default
    }
    if (chosen.isEmpty()) {
      throw new ModelUnusableException(
          config + " chooses no pooling; set one of " + FLAGS.keySet() + " to true");
    }
    return chosen;
  }

  private static SimilarityFunction similarity(ModelConfig config) {
    String name = config.string("similarity_fn_name").orElse("cosine");
    try {
      return SimilarityFunction.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ModelUnusableException(
          config
              + ": similarity_fn_name '"
              + name
              + "' is none of cosine, dot, euclidean, manhattan",
          e);
    }
  }
}

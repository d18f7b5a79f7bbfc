package io.parlance.models.architecture;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.Activation;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The configuration of a ModernBERT model; the keys of {@code config.json} and their defaults are
 * those of {@code transformers}' ModernBertConfig (base), of version 4 and of version 5.
 *
 * @param settings what all encoders have; {@code hiddenDropout} is {@code embedding_dropout}
 * @param globalEvery {@code global_attn_every_n_layers}: layer 0 and each of these sees all tokens
 * @param window {@code local_attention}: twice the furthest distance that the others see
 * @param globalTheta base of the rotary positions where all tokens are seen
 * @param localTheta base of the rotary positions elsewhere
 * @param pooling {@code classifier_pooling}
 * @param classifierActivation {@code classifier_activation}
 * @param biases which layers have biases
 */
public record ModernBertConfig(
    EncoderSettings settings,
    int globalEvery,
    int window,
    double globalTheta,
    double localTheta,
    Pooling pooling,
    String classifierActivation,
    Biases biases)
    implements EncoderConfig<ModernBertConfig> {

  private static final Map<String, String> KEYS =
      Map.of(
          "hidden_act", "hidden_activation",
          "hidden_dropout_prob", "embedding_dropout",
          "attention_probs_dropout_prob", "attention_dropout",
          "layer_norm_eps", "norm_eps",
          "classifier_dropout", "classifier_dropout",
          "type_vocab_size", "");

  private static final String GLOBAL = "full_attention";
  private static final String LOCAL = "sliding_attention";

  /**
   * Which layers have biases.
   *
   * @param attention {@code attention_bias}
   * @param feedForward {@code mlp_bias}
   * @param norms {@code norm_bias}
   * @param head {@code classifier_bias}: the dense layer before every head
   * @param scores {@code decoder_bias}: the scores over the vocabulary
   */
  public record Biases(
      boolean attention, boolean feedForward, boolean norms, boolean head, boolean scores) {

    /** As published: the scores over the vocabulary alone. */
    static final Biases PUBLISHED = new Biases(false, false, false, false, true);

    static Biases read(ModelConfig config) {
      return new Biases(
          config.flag("attention_bias").orElse(false),
          config.flag("mlp_bias").orElse(false),
          config.flag("norm_bias").orElse(false),
          config.flag("classifier_bias").orElse(false),
          config.flag("decoder_bias").orElse(true));
    }

    void write(JsonObject json) {
      json.addProperty("attention_bias", attention);
      json.addProperty("mlp_bias", feedForward);
      json.addProperty("norm_bias", norms);
      json.addProperty("classifier_bias", head);
      json.addProperty("decoder_bias", scores);
    }
  }

  /** What stands for a text: its first token, or the mean of all. */
  public enum Pooling {
    CLS,
    MEAN
  }

  public ModernBertConfig {
    Require.positive("global_attn_every_n_layers", globalEvery);
    Require.positive("local_attention", window);
    Activation.named(classifierActivation);
  }

  /** ModernBERT base: 22 layers, 768 wide, 12 heads; 8192 tokens. */
  public static ModernBertConfig base() {
    EncoderSettings settings =
        EncoderSettings.bertBase().toBuilder()
            .vocabulary(50_368, 50_283)
            .sizes(22, 768, 12, 1152)
            .dropout(0)
            .maxPositionEmbeddings(8192)
            .typeVocabularySize(0)
            .layerNormEpsilon(1e-5)
            .build();
    return new ModernBertConfig(
        settings, 3, 128, 160_000, 10_000, Pooling.CLS, "gelu", Biases.PUBLISHED);
  }

  /** ModernBERT large: 28 layers, 1024 wide, 16 heads. */
  public static ModernBertConfig large() {
    return base().with(s -> s.sizes(28, 1024, 16, 2624));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static ModernBertConfig from(ModelConfig config) {
    if (config.number("mlp_dropout").orElse(0) != 0) {
      throw new IllegalArgumentException(
          "mlp_dropout is "
              + config.number("mlp_dropout").getAsDouble()
              + "; ModernBERT is built without");
    }
    EncoderSettings settings = EncoderSettings.read(config, base().settings, KEYS);
    return new ModernBertConfig(
        settings,
        globalEvery(config, settings.hiddenLayers()),
        config.integer("local_attention").orElse(128),
        theta(config, GLOBAL, "global_rope_theta", 160_000),
        theta(config, LOCAL, "local_rope_theta", 10_000),
        pooling(config),
        config.string("classifier_activation").orElse("gelu"),
        Biases.read(config));
  }

  private static int globalEvery(ModelConfig config, int layers) {
    List<String> types = config.strings("layer_types");
    if (types.isEmpty() || config.integer("global_attn_every_n_layers").isPresent()) {
      return config.integer("global_attn_every_n_layers").orElse(3);
    }
    for (int every = 1; every <= Math.max(1, layers); every++) {
      if (types.equals(layerTypes(layers, every))) {
        return every;
      }
    }
    throw new IllegalArgumentException(
        "layer_types is " + types + ", expected " + GLOBAL + " for layer 0 and each n-th");
  }

  private static List<String> layerTypes(int layers, int every) {
    return IntStream.range(0, layers).mapToObj(i -> i % every == 0 ? GLOBAL : LOCAL).toList();
  }

  private static double theta(ModelConfig config, String kind, String key, double otherwise) {
    return config
        .nested("rope_parameters")
        .flatMap(all -> all.nested(kind))
        .map(one -> one.number("rope_theta").orElse(otherwise))
        .orElseGet(() -> config.number(key).orElse(otherwise));
  }

  private static Pooling pooling(ModelConfig config) {
    String name = config.string("classifier_pooling").orElse("cls");
    return switch (name) {
      case "cls" -> Pooling.CLS;
      case "mean" -> Pooling.MEAN;
      default ->
          throw new IllegalArgumentException(
              "classifier_pooling is '" + name + "', expected cls or mean");
    };
  }

  @Override
  public ModernBertConfig with(EncoderSettings changed) {
    return new ModernBertConfig(
        changed,
        globalEvery,
        window,
        globalTheta,
        localTheta,
        pooling,
        classifierActivation,
        biases);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderModel(new ModernBert(this), head, true);
  }

  JsonObject toJson(String architecture) {
    JsonObject json = settings.toJson(architecture, ModernBert.FAMILY.modelType(), KEYS);
    json.addProperty("global_attn_every_n_layers", globalEvery);
    json.addProperty("local_attention", window);
    json.addProperty("global_rope_theta", globalTheta); // transformers 4
    json.addProperty("local_rope_theta", localTheta);
    JsonArray types = new JsonArray(); // transformers 5
    layerTypes(settings.hiddenLayers(), globalEvery).forEach(types::add);
    json.add("layer_types", types);
    JsonObject rotary = new JsonObject();
    rotary.add(GLOBAL, rotary(globalTheta));
    rotary.add(LOCAL, rotary(localTheta));
    json.add("rope_parameters", rotary);
    json.addProperty("classifier_pooling", pooling.name().toLowerCase(Locale.ROOT));
    json.addProperty("classifier_activation", classifierActivation);
    biases.write(json);
    return json;
  }

  private static JsonObject rotary(double theta) {
    JsonObject json = new JsonObject();
    json.addProperty("rope_type", "default");
    json.addProperty("rope_theta", theta);
    return json;
  }
}

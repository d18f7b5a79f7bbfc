package io.parlance.models.architecture;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Initialization;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.SelfAttention;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntPredicate;

/**
 * The keys of {@code config.json} that LLaMA and its relatives share, under the names of {@code
 * transformers}.
 *
 * @param vocabularySize {@code vocab_size}
 * @param hiddenSize {@code hidden_size}
 * @param intermediateSize {@code intermediate_size}, the width of the feed-forward layer
 * @param hiddenLayers {@code num_hidden_layers}
 * @param attentionHeads {@code num_attention_heads}
 * @param keyValueHeads {@code num_key_value_heads}; where none is given, each head has its own
 * @param headWidth {@code head_dim}; where none is given, {@code hiddenSize / attentionHeads}
 * @param activation {@code hidden_act}
 * @param positions {@code max_position_embeddings}: the length trained for, which is no limit
 * @param initializerRange {@code initializer_range}, the standard deviation of new weights
 * @param normEpsilon {@code rms_norm_eps}
 * @param tieWordEmbeddings {@code tie_word_embeddings}
 * @param attentionDropout {@code attention_dropout}
 * @param rotary {@code rope_theta} and what belongs to it
 * @param tokens begin, end and padding
 * @param labels the classes of classification heads
 */
public record RotaryDecoderConfig(
    long vocabularySize,
    long hiddenSize,
    long intermediateSize,
    int hiddenLayers,
    int attentionHeads,
    OptionalInt keyValueHeads,
    OptionalLong headWidth,
    String activation,
    long positions,
    double initializerRange,
    double normEpsilon,
    boolean tieWordEmbeddings,
    double attentionDropout,
    RotarySettings rotary,
    SpecialTokens tokens,
    Labels labels) {

  public RotaryDecoderConfig {
    Require.positive("vocab_size", vocabularySize);
    Require.positive("hidden_size", hiddenSize);
    Require.positive("intermediate_size", intermediateSize);
    Require.notNegative("num_hidden_layers", hiddenLayers);
    Require.positive("num_attention_heads", attentionHeads);
    Require.positive("num_key_value_heads", keyValueHeads.orElse(attentionHeads));
    Require.multiple(
        "num_attention_heads",
        attentionHeads,
        "num_key_value_heads",
        keyValueHeads.orElse(attentionHeads));
    if (headWidth.isEmpty()) {
      Require.multiple("hidden_size", hiddenSize, "num_attention_heads", attentionHeads);
    }
    Require.positive("head_dim", headWidth.orElse(1));
    Require.positive("max_position_embeddings", positions);
    Require.probability("attention_dropout", attentionDropout);
    Activation.named(activation);
  }

  /** Reads {@code config.json}; what is missing is as in {@code defaults}. */
  static RotaryDecoderConfig read(ModelConfig config, RotaryDecoderConfig defaults) {
    long positions = config.integer("max_position_embeddings").orElse((int) defaults.positions);
    OptionalInt keyValueHeads = config.integer("num_key_value_heads");
    OptionalInt headWidth = config.integer("head_dim");
    return new RotaryDecoderConfig(
        config.integer("vocab_size").orElse((int) defaults.vocabularySize),
        config.integer("hidden_size").orElse((int) defaults.hiddenSize),
        config.integer("intermediate_size").orElse((int) defaults.intermediateSize),
        config.integer("num_hidden_layers").orElse(defaults.hiddenLayers),
        config.integer("num_attention_heads").orElse(defaults.attentionHeads),
        config.has("num_key_value_heads") ? keyValueHeads : defaults.keyValueHeads,
        headWidth.isPresent() ? OptionalLong.of(headWidth.getAsInt()) : defaults.headWidth,
        config
            .string("hidden_activation")
            .or(() -> config.string("hidden_act"))
            .orElse(defaults.activation),
        positions,
        config.number("initializer_range").orElse(defaults.initializerRange),
        config.number("rms_norm_eps").orElse(defaults.normEpsilon),
        config.flag("tie_word_embeddings").orElse(defaults.tieWordEmbeddings),
        config.number("attention_dropout").orElse(defaults.attentionDropout),
        RotarySettings.read(config, defaults.rotary, positions),
        SpecialTokens.read(config, defaults.tokens),
        Labels.read(config));
  }

  /** {@code sliding_window}: null in the file is 0, no window. */
  static long window(ModelConfig config, long otherwise) {
    return config.has("sliding_window") ? config.integer("sliding_window").orElse(0) : otherwise;
  }

  /**
   * Refuses a file whose {@code layer_types} (transformers 5) have windows in other layers than
   * these.
   */
  static void requireWindows(ModelConfig config, IntPredicate windowed) {
    List<String> types = config.strings("layer_types");
    for (int i = 0; i < types.size(); i++) {
      String expected = windowed.test(i) ? "sliding_attention" : "full_attention";
      if (!types.get(i).equals(expected)) {
        throw new IllegalArgumentException(
            "layer_types[%d] is '%s', expected '%s': this family is built with windows in fixed layers only"
                .formatted(i, types.get(i), expected));
      }
    }
  }

  static void writeWindow(JsonObject json, long window) {
    json.add("sliding_window", window == 0 ? JsonNull.INSTANCE : new JsonPrimitive(window));
  }

  /** The same with another activation. */
  RotaryDecoderConfig withActivation(String name) {
    return with(name, normEpsilon);
  }

  /** The same with another epsilon. */
  RotaryDecoderConfig withNormEpsilon(double epsilon) {
    return with(activation, epsilon);
  }

  private RotaryDecoderConfig with(String name, double epsilon) {
    return new RotaryDecoderConfig(
        vocabularySize,
        hiddenSize,
        intermediateSize,
        hiddenLayers,
        attentionHeads,
        keyValueHeads,
        headWidth,
        name,
        positions,
        initializerRange,
        epsilon,
        tieWordEmbeddings,
        attentionDropout,
        rotary,
        tokens,
        labels);
  }

  void write(JsonObject json) {
    json.addProperty("vocab_size", vocabularySize);
    json.addProperty("hidden_size", hiddenSize);
    json.addProperty("intermediate_size", intermediateSize);
    json.addProperty("num_hidden_layers", hiddenLayers);
    json.addProperty("num_attention_heads", attentionHeads);
    json.addProperty("num_key_value_heads", keyValueHeads.orElse(attentionHeads));
    json.addProperty("head_dim", width());
    json.addProperty("hidden_act", activation);
    json.addProperty("max_position_embeddings", positions);
    json.addProperty("initializer_range", initializerRange);
    json.addProperty("rms_norm_eps", normEpsilon);
    json.addProperty("tie_word_embeddings", tieWordEmbeddings);
    json.addProperty("attention_dropout", attentionDropout);
    rotary.write(json);
  }

  /** The width of a head. */
  long width() {
    return headWidth.orElse(hiddenSize / attentionHeads);
  }

  /** The weights' distribution. */
  Initialization weights() {
    return new Initialization.Normal(initializerRange);
  }

  /** Scores divided by the root of the head width, all tokens visible. */
  CausalAttention scores() {
    return CausalAttention.scaled(width(), attentionDropout);
  }

  /** Attention with projections {@code q_proj k_proj v_proj o_proj}. */
  SelfAttention attention(CausalAttention scores, boolean biased, boolean outputBiased) {
    return new SelfAttention(
        attentionHeads,
        keyValueHeads.orElse(attentionHeads),
        width(),
        scores,
        biased,
        "o_proj",
        outputBiased,
        weights());
  }

  /** The description of a family whose modules are named as LLaMA's. */
  DecoderDescription description(String modelType, Map<Head, String> architectures) {
    return new DecoderDescription(
        modelType,
        architectures,
        "model",
        "embed_tokens",
        "lm_head",
        tieWordEmbeddings,
        vocabularySize,
        hiddenSize,
        tokens.paddingRow(),
        new DecoderDescription.CacheSize(
            hiddenLayers, keyValueHeads.orElse(attentionHeads), width()),
        OptionalLong.empty(),
        true,
        initializerRange,
        0.1,
        "score",
        List.of(),
        tokens,
        labels);
  }

  /**
   * The classes of a family with regular names, such as {@code LlamaForCausalLM}.
   *
   * @param more heads besides those that all have
   */
  static Map<Head, String> architectures(String family, Head... more) {
    Map<Head, String> classes = new EnumMap<>(Head.class);
    for (Head head :
        List.of(
            Head.BODY, Head.CAUSAL_LM, Head.SEQUENCE_CLASSIFICATION, Head.TOKEN_CLASSIFICATION)) {
      classes.put(head, family + head.suffix());
    }
    for (Head head : more) {
      classes.put(head, family + head.suffix());
    }
    return classes;
  }
}

package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.SelfAttention;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * GPT-Neo (Black et al. 2021): GPT-2 whose layers alternate between global attention and a window,
 * with scores that are not scaled. The keys of {@code config.json} and their defaults are those of
 * {@code transformers}' GPTNeoConfig.
 *
 * @param vocabularySize {@code vocab_size}
 * @param positions {@code max_position_embeddings}, the longest sequence
 * @param hiddenSize {@code hidden_size}, a multiple of {@code attentionHeads}
 * @param localLayers for each layer whether it sees a window only, from {@code attention_types}
 * @param attentionHeads {@code num_heads}
 * @param intermediateSize {@code intermediate_size}; empty for 4 times {@code hiddenSize}
 * @param window {@code window_size}: how many tokens a token sees in local layers, itself included
 * @param activation {@code activation_function}
 * @param residualDropout {@code resid_dropout}
 * @param embeddingDropout {@code embed_dropout}
 * @param attentionDropout {@code attention_dropout}
 * @param classifierDropout {@code classifier_dropout}
 * @param layerNormEpsilon {@code layer_norm_epsilon}
 * @param initializerRange {@code initializer_range}, the standard deviation of new weights
 * @param tieWordEmbeddings {@code tie_word_embeddings}
 * @param tokens begin, end and padding
 * @param labels the classes of classification heads
 */
public record GptNeoConfig(
    long vocabularySize,
    long positions,
    long hiddenSize,
    List<Boolean> localLayers,
    int attentionHeads,
    OptionalLong intermediateSize,
    long window,
    String activation,
    double residualDropout,
    double embeddingDropout,
    double attentionDropout,
    double classifierDropout,
    double layerNormEpsilon,
    double initializerRange,
    boolean tieWordEmbeddings,
    SpecialTokens tokens,
    Labels labels)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES =
      RotaryDecoderConfig.architectures("GPTNeo", Head.QUESTION_ANSWERING);

  public GptNeoConfig {
    localLayers = List.copyOf(localLayers);
    Require.positive("vocab_size", vocabularySize);
    Require.positive("max_position_embeddings", positions);
    Require.positive("hidden_size", hiddenSize);
    Require.positive("num_heads", attentionHeads);
    Require.multiple("hidden_size", hiddenSize, "num_heads", attentionHeads);
    Require.positive("intermediate_size", intermediateSize.orElse(hiddenSize));
    Require.positive("window_size", window);
    Require.probability("resid_dropout", residualDropout);
    Require.probability("embed_dropout", embeddingDropout);
    Require.probability("attention_dropout", attentionDropout);
    Require.probability("classifier_dropout", classifierDropout);
    Activation.named(activation);
  }

  /** GPT-Neo 125M: 12 layers, 768 wide, 12 heads. */
  public static GptNeoConfig gptNeo125m() {
    return from(Presets.of("GPT-Neo 125M", "hidden_size", 768, "num_layers", 12, "num_heads", 12));
  }

  /** GPT-Neo 1.3B: 24 layers, 2048 wide, 16 heads. */
  public static GptNeoConfig gptNeo1300m() {
    return from(Presets.of("GPT-Neo 1.3B"));
  }

  /** GPT-Neo 2.7B: 32 layers, 2560 wide, 20 heads. */
  public static GptNeoConfig gptNeo2700m() {
    return from(Presets.of("GPT-Neo 2.7B", "hidden_size", 2560, "num_layers", 32, "num_heads", 20));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static GptNeoConfig from(ModelConfig config) {
    return new GptNeoConfig(
        config.integer("vocab_size").orElse(50257),
        config.integer("max_position_embeddings").orElse(2048),
        config.integer("hidden_size").orElse(2048),
        localLayers(config, config.integer("num_layers").orElse(24)),
        config.integer("num_heads").orElse(16),
        config.integer("intermediate_size").stream().asLongStream().findFirst(),
        config.integer("window_size").orElse(256),
        config.string("activation_function").orElse("gelu_new"),
        config.number("resid_dropout").orElse(0),
        config.number("embed_dropout").orElse(0),
        config.number("attention_dropout").orElse(0),
        config.number("classifier_dropout").orElse(0.1),
        config.number("layer_norm_epsilon").orElse(1e-5),
        config.number("initializer_range").orElse(0.02),
        config.flag("tie_word_embeddings").orElse(true),
        SpecialTokens.read(config, SpecialTokens.of(50256, 50256)),
        Labels.read(config));
  }

  /**
   * {@code attention_types} is a list of pairs: kinds of layers, and how often they are repeated;
   * {@code attention_layers} names the kind of each. Without either, local layers follow global
   * ones.
   */
  private static List<Boolean> localLayers(ModelConfig config, int layers) {
    List<String> kinds = new ArrayList<>();
    JsonElement types = config.element("attention_types").orElse(null);
    if (types != null) {
      try {
        for (JsonElement pair : types.getAsJsonArray()) {
          int times = pair.getAsJsonArray().get(1).getAsInt();
          for (int i = 0; i < times; i++) {
            pair.getAsJsonArray().get(0).getAsJsonArray().forEach(k -> kinds.add(k.getAsString()));
          }
        }
      } catch (IllegalStateException
          | UnsupportedOperationException
          | IndexOutOfBoundsException
          | NumberFormatException e) {
        throw new IllegalArgumentException(
            "attention_types is " + types + ", expected for example [[[\"global\", \"local\"], 6]]",
            e);
      }
    } else {
      kinds.addAll(config.strings("attention_layers"));
      boolean silent = kinds.isEmpty();
      for (int i = 0; silent && i < layers; i++) {
        kinds.add(i % 2 == 0 ? "global" : "local");
      }
    }
    if (kinds.size() != layers) {
      throw new IllegalArgumentException(
          "attention_types describes " + kinds.size() + " layers, but num_layers is " + layers);
    }
    List<Boolean> local = new ArrayList<>();
    for (String kind : kinds) {
      if (!kind.equals("global") && !kind.equals("local")) {
        throw new IllegalArgumentException(
            "attention_types holds '" + kind + "', expected 'global' or 'local'");
      }
      local.add(kind.equals("local"));
    }
    return local;
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' GPTNeoModel. */
  record Body(GptNeoConfig config) implements Decoder {

    @Override
    public DecoderDescription description() {
      return new DecoderDescription(
          "gpt_neo",
          ARCHITECTURES,
          "transformer",
          "wte",
          "lm_head",
          config.tieWordEmbeddings,
          config.vocabularySize,
          config.hiddenSize,
          -1,
          new DecoderDescription.CacheSize(
              config.localLayers.size(), config.attentionHeads, headWidth()),
          OptionalLong.of(config.positions),
          true,
          config.initializerRange,
          config.classifierDropout,
          "classifier",
          List.of("(transformer\\.)?h\\.\\d+\\.attn\\.attention\\.(bias|masked_bias)"),
          config.tokens,
          config.labels);
    }

    private long headWidth() {
      return config.hiddenSize / config.attentionHeads;
    }

    @Override
    public void write(JsonObject json) {
      json.addProperty("vocab_size", config.vocabularySize);
      json.addProperty("max_position_embeddings", config.positions);
      json.addProperty("hidden_size", config.hiddenSize);
      json.addProperty("num_layers", config.localLayers.size());
      JsonArray kinds = new JsonArray();
      config.localLayers.forEach(local -> kinds.add(local ? "local" : "global"));
      JsonArray once = new JsonArray();
      once.add(kinds);
      once.add(1);
      JsonArray types = new JsonArray();
      types.add(once);
      json.add("attention_types", types);
      json.addProperty("num_heads", config.attentionHeads);
      json.add("intermediate_size", JsonNull.INSTANCE);
      config.intermediateSize.ifPresent(size -> json.addProperty("intermediate_size", size));
      json.addProperty("window_size", config.window);
      json.addProperty("activation_function", config.activation);
      json.addProperty("resid_dropout", config.residualDropout);
      json.addProperty("embed_dropout", config.embeddingDropout);
      json.addProperty("attention_dropout", config.attentionDropout);
      json.addProperty("classifier_dropout", config.classifierDropout);
      json.addProperty("layer_norm_epsilon", config.layerNormEpsilon);
      json.addProperty("initializer_range", config.initializerRange);
      json.addProperty("tie_word_embeddings", config.tieWordEmbeddings);
    }

    @Override
    public States hiddenStates(Scope scope, CausalSequence sequence) {
      Value words = words(scope, sequence);
      Value positions =
          scope.in(
              "wpe",
              s ->
                  Embedding.apply(
                      s, sequence.positions(), config.positions, config.hiddenSize, weights()));
      Value hidden = Dropout.apply(add(words, positions), config.embeddingDropout);
      for (int i = 0; i < config.localLayers.size(); i++) {
        Value x = hidden;
        boolean local = config.localLayers.get(i);
        hidden = scope.in("h", i, s -> layer(s, x, sequence, local));
      }
      return States.of(norm(scope, "ln_f", hidden));
    }

    private Value layer(Scope scope, Value x, CausalSequence sequence, boolean local) {
      Value first = norm(scope, "ln_1", x);
      SelfAttention attention =
          new SelfAttention(
              config.attentionHeads,
              config.attentionHeads,
              headWidth(),
              new CausalAttention(1, 0, local ? config.window : 0, config.attentionDropout),
              false,
              "out_proj",
              true,
              weights());
      Value context =
          scope.in("attn", s -> s.in("attention", a -> attention.apply(a, first, sequence)));
      Value attended = add(x, Dropout.apply(context, config.residualDropout));
      Value second = norm(scope, "ln_2", attended);
      FeedForward feedForward =
          new FeedForward(
              config.intermediateSize.orElse(4 * config.hiddenSize),
              Activation.named(config.activation),
              weights());
      Value widened = scope.in("mlp", s -> feedForward.apply(s, second, "c_fc", "c_proj", true));
      return add(attended, Dropout.apply(widened, config.residualDropout));
    }

    private Value norm(Scope scope, String name, Value x) {
      return scope.in(name, s -> LayerNorm.apply(s, x, config.layerNormEpsilon));
    }
  }
}

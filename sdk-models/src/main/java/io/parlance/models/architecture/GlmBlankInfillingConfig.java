package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.where;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.SelfAttention;
import io.parlance.models.objective.Losses;
import io.parlance.models.weights.WeightNames;
import io.parlance.runtime.ElementType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * GLM, the first (Du et al. 2021, arXiv:2103.10360): fills blanks. A text with blanks, part A, is
 * seen by all tokens; the spans that fill them, part B, are written from left to right. A token of
 * part B has the position of its blank, and a second position inside of its span. Parameter names
 * are those of the checkpoints of the authors' code.
 *
 * @param vocabularySize {@code vocab_size}
 * @param hiddenSize {@code hidden_size}, a multiple of {@code attentionHeads}
 * @param hiddenLayers {@code num_hidden_layers}
 * @param attentionHeads {@code num_attention_heads}
 * @param intermediateSize {@code intermediate_size}, the width of the feed-forward layer
 * @param positions {@code max_sequence_length}, the longest sequence
 * @param positionRows {@code position_table_rows}, the rows of both position tables
 * @param activation {@code hidden_act}
 * @param dropout {@code hidden_dropout}, on embeddings and on what layers add
 * @param attentionDropout {@code attention_dropout}
 * @param layerNormEpsilon {@code layer_norm_eps}
 * @param initializerRange {@code initializer_range}, the standard deviation of new weights
 */
public record GlmBlankInfillingConfig(
    long vocabularySize,
    long hiddenSize,
    int hiddenLayers,
    int attentionHeads,
    long intermediateSize,
    long positions,
    long positionRows,
    String activation,
    double dropout,
    double attentionDropout,
    double layerNormEpsilon,
    double initializerRange) {

  static final String ARCHITECTURE = "GLMModel";

  public GlmBlankInfillingConfig {
    Require.positive("vocab_size", vocabularySize);
    Require.positive("hidden_size", hiddenSize);
    Require.notNegative("num_hidden_layers", hiddenLayers);
    Require.positive("num_attention_heads", attentionHeads);
    Require.multiple("hidden_size", hiddenSize, "num_attention_heads", attentionHeads);
    Require.positive("intermediate_size", intermediateSize);
    Require.positive("max_sequence_length", positions);
    Require.positive("position_table_rows", positionRows);
    Require.probability("hidden_dropout", dropout);
    Require.probability("attention_dropout", attentionDropout);
    Activation.named(activation);
  }

  /** GLM base: 12 layers, 768 wide, 12 heads; BERT's vocabulary. */
  public static GlmBlankInfillingConfig base() {
    return new GlmBlankInfillingConfig(
        30592, 768, 12, 12, 3072, 512, 513, "gelu_tanh", 0.1, 0.1, 1e-5, 0.02);
  }

  /** GLM large: 24 layers, 1024 wide, 16 heads; BERT's vocabulary. */
  public static GlmBlankInfillingConfig large() {
    return new GlmBlankInfillingConfig(
        30592, 1024, 24, 16, 4096, 512, 513, "gelu_tanh", 0.1, 0.1, 1e-5, 0.02);
  }

  /** GLM 10B: 48 layers, 4096 wide, 64 heads; GPT-2's vocabulary. */
  public static GlmBlankInfillingConfig glm10b() {
    return new GlmBlankInfillingConfig(
        50304, 4096, 48, 64, 16384, 1024, 1025, "gelu_tanh", 0.1, 0.1, 1e-5, 0.02);
  }

  /**
   * Reads {@code config.json}; sizes that are missing are those of {@link #base}, and there is no
   * dropout unless the file says so.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static GlmBlankInfillingConfig from(ModelConfig config) {
    if (!config.flag("block_position_encoding").orElse(true)
        || !config.flag("tie_word_embeddings").orElse(true)) {
      throw new IllegalArgumentException(
          "GLM is built with block_position_encoding and tie_word_embeddings only");
    }
    int hidden = config.integer("hidden_size").orElse(768);
    int positions = config.integer("max_sequence_length").orElse(512);
    return new GlmBlankInfillingConfig(
        config.integer("vocab_size").orElse(30592),
        hidden,
        config.integer("num_hidden_layers").orElse(12),
        config.integer("num_attention_heads").orElse(12),
        config.integer("intermediate_size").orElse(4 * hidden),
        positions,
        config.integer("position_table_rows").orElse(positions + 1),
        config.string("hidden_act").orElse("gelu_tanh"),
        config.number("hidden_dropout").orElse(0),
        config.number("attention_dropout").orElse(0),
        config.number("layer_norm_eps").orElse(1e-5),
        config.number("initializer_range").orElse(0.02));
  }

  /**
   * The model. Its inputs are {@code input_ids}, {@code position_ids}, {@code block_position_ids}
   * [batch, sequence] and {@code sep} [batch], the length of part A; {@code target_ids} and {@code
   * loss_mask} [batch, sequence] give the loss: the mean cross entropy where the mask is 1. Outputs
   * are {@code logits} and the stream after each layer, {@code layer_output.N}.
   */
  public PretrainedModel model() {
    return new Model(this);
  }

  /** The layers and their loss. */
  private record Model(GlmBlankInfillingConfig config) implements PretrainedModel {

    @Override
    public String architecture() {
      return ARCHITECTURE;
    }

    @Override
    public WeightNames weightNames() {
      return WeightNames.of("");
    }

    @Override
    public JsonObject configuration() {
      JsonObject json = new JsonObject();
      JsonArray architectures = new JsonArray();
      architectures.add(ARCHITECTURE);
      json.add("architectures", architectures);
      json.addProperty("model_type", "glm_blank_infilling");
      json.addProperty("vocab_size", config.vocabularySize);
      json.addProperty("hidden_size", config.hiddenSize);
      json.addProperty("num_hidden_layers", config.hiddenLayers);
      json.addProperty("num_attention_heads", config.attentionHeads);
      json.addProperty("intermediate_size", config.intermediateSize);
      json.addProperty("max_sequence_length", config.positions);
      json.addProperty("position_table_rows", config.positionRows);
      json.addProperty("block_position_encoding", true);
      json.addProperty("hidden_act", config.activation);
      json.addProperty("hidden_dropout", config.dropout);
      json.addProperty("attention_dropout", config.attentionDropout);
      json.addProperty("layer_norm_eps", config.layerNormEpsilon);
      json.addProperty("initializer_range", config.initializerRange);
      json.addProperty("tie_word_embeddings", true);
      return json;
    }

    @Override
    public OptionalLong maximumLength() {
      return OptionalLong.of(config.positionRows);
    }

    @Override
    public List<String> exportedInputs() {
      return List.of("input_ids", "position_ids", "block_position_ids", "sep");
    }

    @Override
    public Inputs declareInputs(Graph graph) {
      for (String name : exportedInputs()) {
        graph.input(
            name,
            ElementType.INT64,
            name.equals("sep") ? Shape.of("batch") : Shape.of("batch", "sequence"));
      }
      return Inputs.of(graph);
    }

    @Override
    public Map<String, Value> forward(Inputs inputs) {
      inputs.requireOnly(
          ARCHITECTURE,
          Set.of(
              "input_ids", "position_ids", "block_position_ids", "sep", "target_ids", "loss_mask"));
      Scope root = inputs.graph().root();
      CausalSequence sequence =
          new CausalSequence(inputs.get("input_ids"), null, inputs.get("position_ids"), List.of())
              .withPrefix(inputs.get("sep"));
      Value words =
          root.in(
              "word_embeddings",
              s -> Embedding.table(s, config.vocabularySize, config.hiddenSize, weights()));
      Value embedded = gather(words, inputs.get("input_ids"), 0);
      Map<String, Value> outputs = new LinkedHashMap<>();
      Value hidden =
          root.in(
              "transformer",
              s -> layers(s, embedded, inputs.get("block_position_ids"), sequence, outputs));
      Value logits = Linear.apply(hidden, words, null);
      outputs.put("logits", logits);
      Value targets = inputs.find("target_ids");
      Value counted = inputs.find("loss_mask");
      if (targets != null && counted != null) {
        Graph graph = root.graph();
        Value labels =
            where(equal(counted, graph.longScalar(0)), graph.longScalar(Losses.IGNORED), targets);
        outputs.put("loss", Losses.crossEntropy(logits, labels));
      }
      return outputs;
    }

    private Value layers(
        Scope scope,
        Value embedded,
        Value inBlock,
        CausalSequence sequence,
        Map<String, Value> outputs) {
      Value hidden =
          add(
              add(embedded, positions(scope, "position_embeddings", sequence.positions())),
              positions(scope, "block_position_embeddings", inBlock));
      hidden = Dropout.apply(hidden, config.dropout);
      for (int i = 0; i < config.hiddenLayers; i++) {
        Value x = hidden;
        hidden = scope.in("layers", i, s -> layer(s, x, sequence));
        outputs.put("layer_output." + i, hidden);
      }
      return norm(scope, "final_layernorm", hidden);
    }

    private Value positions(Scope scope, String name, Value indexes) {
      return scope.in(
          name,
          s -> Embedding.apply(s, indexes, config.positionRows, config.hiddenSize, weights()));
    }

    private Value layer(Scope scope, Value x, CausalSequence sequence) {
      long headWidth = config.hiddenSize / config.attentionHeads;
      SelfAttention attention =
          new SelfAttention(
              config.attentionHeads,
              config.attentionHeads,
              headWidth,
              CausalAttention.scaled(headWidth, config.attentionDropout),
              true,
              "dense",
              true,
              weights(),
              residualWeights());
      Value first = norm(scope, "input_layernorm", x);
      Value context =
          scope.in("attention", s -> attention.applyFused(s, first, "query_key_value", sequence));
      Value attended = add(x, Dropout.apply(context, config.dropout));
      Value second = norm(scope, "post_attention_layernorm", attended);
      FeedForward feedForward =
          new FeedForward(
              config.intermediateSize,
              Activation.named(config.activation),
              weights(),
              residualWeights());
      Value widened =
          scope.in(
              "mlp", s -> feedForward.apply(s, second, "dense_h_to_4h", "dense_4h_to_h", true));
      return add(attended, Dropout.apply(widened, config.dropout));
    }

    private Value norm(Scope scope, String name, Value x) {
      return scope.in(name, s -> LayerNorm.apply(s, x, config.layerNormEpsilon));
    }

    private Initialization weights() {
      return new Initialization.Normal(config.initializerRange);
    }

    /** Layers that add to the residual stream start smaller, the more of them there are. */
    private Initialization residualWeights() {
      return new Initialization.Normal(
          config.initializerRange / Math.sqrt(2.0 * config.hiddenLayers));
    }
  }
}

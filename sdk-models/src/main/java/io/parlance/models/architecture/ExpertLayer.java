package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.mul;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.MixtureOfExperts;
import io.parlance.models.nn.SwitchExperts;
import io.parlance.models.objective.Losses;
import io.parlance.models.weights.WeightNames;
import io.parlance.runtime.ElementType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A layer of experts alone, between {@code hidden_states} and a {@code target} of the same shape:
 * for studying how tokens are routed. Named by {@code model_type}, {@value #MIXTRAL} or {@value
 * #SWITCH}; the loss is the mean squared error, for the switch layer with {@value
 * #BALANCE_COEFFICIENT} of the balancing loss and {@value #ROUTER_COEFFICIENT} of the router's.
 */
record ExpertLayer(
    String modelType,
    int experts,
    int perToken,
    long capacity,
    long hiddenSize,
    long intermediateSize,
    String activation)
    implements PretrainedModel {

  static final String MIXTRAL = "mixtral_moe_block";
  static final String SWITCH = "switch_moe_block";

  private static final double BALANCE_COEFFICIENT = 0.01;
  private static final double ROUTER_COEFFICIENT = 0.001;
  private static final Initialization WEIGHTS = new Initialization.Normal(0.02);

  ExpertLayer {
    Require.positive("number of experts", experts);
    Require.positive("hidden size", hiddenSize);
    Require.positive("intermediate size", intermediateSize);
    Activation.named(activation);
  }

  static ExpertLayer mixtral(ModelConfig config) {
    return new ExpertLayer(
        MIXTRAL,
        config.integer("num_local_experts").orElse(8),
        config.integer("num_experts_per_tok").orElse(2),
        0,
        config.integer("hidden_size").orElse(4096),
        config.integer("intermediate_size").orElse(14336),
        config.string("hidden_act").orElse("silu"));
  }

  static ExpertLayer switching(ModelConfig config) {
    return new ExpertLayer(
        SWITCH,
        config.integer("num_experts").orElse(8),
        1,
        config.integer("expert_capacity").orElse(64),
        config.integer("d_model").orElse(768),
        config.integer("d_ff").orElse(2048),
        config.string("activation").orElse("relu"));
  }

  @Override
  public String architecture() {
    return modelType;
  }

  @Override
  public WeightNames weightNames() {
    return WeightNames.of("");
  }

  @Override
  public JsonObject configuration() {
    JsonObject json = new JsonObject();
    json.addProperty("model_type", modelType);
    boolean switching = modelType.equals(SWITCH);
    json.addProperty(switching ? "num_experts" : "num_local_experts", experts);
    json.addProperty(switching ? "d_model" : "hidden_size", hiddenSize);
    json.addProperty(switching ? "d_ff" : "intermediate_size", intermediateSize);
    json.addProperty(switching ? "activation" : "hidden_act", activation);
    if (switching) {
      json.addProperty("expert_capacity", capacity);
    } else {
      json.addProperty("num_experts_per_tok", perToken);
    }
    return json;
  }

  @Override
  public OptionalLong maximumLength() {
    return OptionalLong.empty();
  }

  @Override
  public List<String> exportedInputs() {
    return List.of("hidden_states");
  }

  @Override
  public Inputs declareInputs(Graph graph) {
    graph.input("hidden_states", ElementType.FLOAT32, Shape.of("batch", "sequence", hiddenSize));
    return Inputs.of(graph);
  }

  @Override
  public Map<String, Value> forward(Inputs inputs) {
    inputs.requireOnly(modelType, Set.of("hidden_states", "target"));
    Value x = inputs.get("hidden_states");
    if (x.shape().rank() != 3 || !x.shape().get(2).is(hiddenSize)) {
      throw new IllegalArgumentException(
          "hidden_states are [batch, sequence, " + hiddenSize + "], not " + x.shape());
    }
    return modelType.equals(SWITCH)
        ? switching(x, inputs.find("target"))
        : mixture(x, inputs.find("target"));
  }

  private Map<String, Value> mixture(Value x, @Nullable Value target) {
    Scope root = x.graph().root();
    FeedForward expert = new FeedForward(intermediateSize, Activation.named(activation), WEIGHTS);
    MixtureOfExperts.Result result =
        new MixtureOfExperts(experts, perToken, true, WEIGHTS)
            .apply(root, x, (s, rows) -> expert.applyGated(s, rows, "w1", "w3", "w2", false));
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("output", result.output());
    outputs.put("router_logits", result.routerLogits());
    outputs.put("selected_experts", cast(result.chosen(), x.type()));
    outputs.put("routing_weights", result.shares());
    if (target != null) {
      outputs.put("loss", Losses.meanSquaredError(result.output(), target));
    }
    return outputs;
  }

  private Map<String, Value> switching(Value x, @Nullable Value target) {
    Scope root = x.graph().root();
    FeedForward expert = new FeedForward(intermediateSize, Activation.named(activation), WEIGHTS);
    SwitchExperts.Result result =
        new SwitchExperts(experts, capacity, WEIGHTS)
            .apply(root, x, (s, rows) -> expert.apply(s, rows, "wi", "wo", false));
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("output", result.output());
    outputs.put("router_logits", result.routerLogits());
    outputs.put("chosen_expert", cast(result.chosen(), x.type()));
    outputs.put("router_probability", result.probability());
    outputs.put("kept", result.kept());
    outputs.put("aux_loss", result.balance());
    outputs.put("z_loss", result.routerSize());
    if (target != null) {
      Value penalties =
          add(
              mul(result.balance(), BALANCE_COEFFICIENT),
              mul(result.routerSize(), ROUTER_COEFFICIENT));
      outputs.put("loss", add(Losses.meanSquaredError(result.output(), target), penalties));
    }
    return outputs;
  }
}

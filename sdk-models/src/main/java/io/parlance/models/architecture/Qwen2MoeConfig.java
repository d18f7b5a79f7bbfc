package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.sigmoid;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.MixtureOfExperts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Qwen2-MoE and Qwen1.5-MoE: Qwen2 with many small experts of which each token goes to a few, and
 * one that all tokens go to. The keys of {@code config.json} and their defaults are those of {@code
 * transformers}' Qwen2MoeConfig.
 *
 * @param common what it shares with LLaMA
 * @param window {@code sliding_window} where {@code use_sliding_window} is set, for the upper
 *     layers; 0 for none
 * @param fullLayers {@code max_window_layers}: how many layers at the bottom have no window
 * @param experts {@code num_experts}
 * @param expertsPerToken {@code num_experts_per_tok}
 * @param expertSize {@code moe_intermediate_size}, the width of an expert
 * @param sharedSize {@code shared_expert_intermediate_size}, the width of the expert of all tokens
 * @param normalized {@code norm_topk_prob}: whether the shares of the chosen sum to 1
 * @param sparseStep {@code decoder_sparse_step}: every how many layers there are experts
 * @param denseLayers {@code mlp_only_layers}: layers without experts
 * @param balanced {@code output_router_logits}: whether the loss has a share for even use of the
 *     experts
 * @param balanceCoefficient {@code router_aux_loss_coef}: what that share is multiplied with
 */
public record Qwen2MoeConfig(
    RotaryDecoderConfig common,
    long window,
    int fullLayers,
    int experts,
    int expertsPerToken,
    long expertSize,
    long sharedSize,
    boolean normalized,
    int sparseStep,
    List<Integer> denseLayers,
    boolean balanced,
    double balanceCoefficient)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES =
      RotaryDecoderConfig.architectures("Qwen2Moe", Head.QUESTION_ANSWERING);

  private static final RotaryDecoderConfig DEFAULTS =
      new RotaryDecoderConfig(
          151936,
          2048,
          5632,
          24,
          16,
          OptionalInt.of(16),
          OptionalLong.empty(),
          "silu",
          32768,
          0.02,
          1e-6,
          false,
          0,
          RotarySettings.of(10000),
          SpecialTokens.NONE,
          Labels.DEFAULT);

  public Qwen2MoeConfig {
    Require.positive("num_experts", experts);
    Require.positive("moe_intermediate_size", expertSize);
    Require.positive("shared_expert_intermediate_size", sharedSize);
    Require.positive("decoder_sparse_step", sparseStep);
    denseLayers = List.copyOf(denseLayers);
  }

  /** Qwen1.5-MoE A2.7B: 24 layers, 2048 wide, 4 of 60 experts for each token and one for all. */
  public static Qwen2MoeConfig qwen15MoeA2700m() {
    return from(Presets.of("Qwen1.5-MoE A2.7B"));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static Qwen2MoeConfig from(ModelConfig config) {
    boolean windowed = config.flag("use_sliding_window").orElse(false);
    long window = windowed ? RotaryDecoderConfig.window(config, 4096) : 0;
    int fullLayers = config.integer("max_window_layers").orElse(28);
    RotaryDecoderConfig.requireWindows(config, layer -> window > 0 && layer >= fullLayers);
    return new Qwen2MoeConfig(
        RotaryDecoderConfig.read(config, DEFAULTS),
        window,
        fullLayers,
        config.integer("num_experts").orElse(60),
        config.integer("num_experts_per_tok").orElse(4),
        config.integer("moe_intermediate_size").orElse(1408),
        config.integer("shared_expert_intermediate_size").orElse(5632),
        config.flag("norm_topk_prob").orElse(false),
        config.integer("decoder_sparse_step").orElse(1),
        config.integers("mlp_only_layers"),
        config.flag("output_router_logits").orElse(false),
        config.number("router_aux_loss_coef").orElse(0.001));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' Qwen2MoeModel. */
  record Body(Qwen2MoeConfig config) implements LlamaDecoder {

    @Override
    public DecoderDescription description() {
      return config.common.description("qwen2_moe", ARCHITECTURES);
    }

    @Override
    public void write(JsonObject json) {
      config.common.write(json);
      RotaryDecoderConfig.writeWindow(json, config.window);
      json.addProperty("use_sliding_window", config.window > 0);
      json.addProperty("max_window_layers", config.fullLayers);
      json.addProperty("num_experts", config.experts);
      json.addProperty("num_experts_per_tok", config.expertsPerToken);
      json.addProperty("moe_intermediate_size", config.expertSize);
      json.addProperty("shared_expert_intermediate_size", config.sharedSize);
      json.addProperty("norm_topk_prob", config.normalized);
      json.addProperty("decoder_sparse_step", config.sparseStep);
      JsonArray dense = new JsonArray();
      config.denseLayers.forEach(dense::add);
      json.add("mlp_only_layers", dense);
      json.addProperty("output_router_logits", config.balanced);
      json.addProperty("router_aux_loss_coef", config.balanceCoefficient);
    }

    @Override
    public RotaryDecoderConfig common() {
      return config.common;
    }

    @Override
    public CausalAttention scores(int layer) {
      return config.common.scores().window(layer < config.fullLayers ? 0 : config.window);
    }

    @Override
    public boolean attentionBias() {
      return true;
    }

    @Override
    public Optional<ExpertBalance> expertBalance() {
      return config.balanced
          ? Optional.of(new ExpertBalance(config.expertsPerToken, config.balanceCoefficient))
          : Optional.empty();
    }

    @Override
    public Value feedForward(Scope scope, int layer, Value x, Call call) {
      boolean sparse = !config.denseLayers.contains(layer) && (layer + 1) % config.sparseStep == 0;
      return sparse
          ? scope.in("mlp", s -> mixture(s, x, call))
          : LlamaDecoder.super.feedForward(scope, layer, x, call);
    }

    private Value mixture(Scope scope, Value x, Call call) {
      MixtureOfExperts mixture =
          new MixtureOfExperts(
              config.experts, config.expertsPerToken, config.normalized, weights());
      MixtureOfExperts.Result result =
          mixture.apply(scope, x, (expert, rows) -> gated(expert, rows, config.expertSize));
      call.routerLogits().add(result.routerLogits());
      Value shared = scope.in("shared_expert", s -> gated(s, x, config.sharedSize));
      Value share =
          scope.in("shared_expert_gate", s -> sigmoid(Linear.withoutBias(s, x, 1, weights())));
      return add(result.output(), mul(shared, share));
    }
  }
}

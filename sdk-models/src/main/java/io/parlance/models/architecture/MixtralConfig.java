package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.MixtureOfExperts;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Mixtral (Jiang et al. 2024, arXiv:2401.04088): Mistral with a choice of experts in place of each
 * feed-forward layer. The keys of {@code config.json} and their defaults are those of {@code
 * transformers}' MixtralConfig.
 *
 * @param common what it shares with LLaMA
 * @param window {@code sliding_window}: how many tokens a token sees, itself included; 0 for all
 * @param experts {@code num_local_experts}
 * @param expertsPerToken {@code num_experts_per_tok}
 * @param balanced {@code output_router_logits}: whether the loss has a share for even use of the
 *     experts
 * @param balanceCoefficient {@code router_aux_loss_coef}: what that share is multiplied with
 */
public record MixtralConfig(
    RotaryDecoderConfig common,
    long window,
    int experts,
    int expertsPerToken,
    boolean balanced,
    double balanceCoefficient)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES =
      RotaryDecoderConfig.architectures("Mixtral", Head.QUESTION_ANSWERING);

  private static final RotaryDecoderConfig DEFAULTS =
      new RotaryDecoderConfig(
          32000,
          4096,
          14336,
          32,
          32,
          OptionalInt.of(8),
          OptionalLong.empty(),
          "silu",
          131072,
          0.02,
          1e-5,
          false,
          0,
          RotarySettings.of(1e6),
          SpecialTokens.of(1, 2),
          Labels.DEFAULT);

  /** Mixtral 8x7B: 32 layers, 4096 wide, 2 of 8 experts for each token. */
  public static MixtralConfig mixtral8x7b() {
    return from(
        Presets.of("Mixtral 8x7B", "max_position_embeddings", 32768, "router_aux_loss_coef", 0.02));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static MixtralConfig from(ModelConfig config) {
    return new MixtralConfig(
        RotaryDecoderConfig.read(config, DEFAULTS),
        RotaryDecoderConfig.window(config, 0),
        config.integer("num_local_experts").orElse(8),
        config.integer("num_experts_per_tok").orElse(2),
        config.flag("output_router_logits").orElse(false),
        config.number("router_aux_loss_coef").orElse(0.001));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' MixtralModel. */
  record Body(MixtralConfig config) implements LlamaDecoder {

    @Override
    public DecoderDescription description() {
      return config.common.description("mixtral", ARCHITECTURES);
    }

    @Override
    public void write(JsonObject json) {
      config.common.write(json);
      RotaryDecoderConfig.writeWindow(json, config.window);
      json.addProperty("num_local_experts", config.experts);
      json.addProperty("num_experts_per_tok", config.expertsPerToken);
      json.addProperty("output_router_logits", config.balanced);
      json.addProperty("router_aux_loss_coef", config.balanceCoefficient);
    }

    @Override
    public RotaryDecoderConfig common() {
      return config.common;
    }

    @Override
    public CausalAttention scores(int layer) {
      return config.common.scores().window(config.window);
    }

    @Override
    public Optional<ExpertBalance> expertBalance() {
      return config.balanced
          ? Optional.of(new ExpertBalance(config.expertsPerToken, config.balanceCoefficient))
          : Optional.empty();
    }

    @Override
    public Value feedForward(Scope scope, int layer, Value x, Call call) {
      MixtureOfExperts mixture =
          new MixtureOfExperts(config.experts, config.expertsPerToken, true, weights());
      MixtureOfExperts.Result result =
          scope.in(
              "block_sparse_moe",
              s ->
                  mixture.apply(
                      s,
                      x,
                      (expert, rows) ->
                          gate(config.common.intermediateSize())
                              .applyGated(expert, rows, "w1", "w3", "w2", false)));
      call.routerLogits().add(result.routerLogits());
      return result.output();
    }
  }
}

package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.RotaryEmbedding;
import io.parlance.models.nn.RotaryScaling;
import io.parlance.models.nn.SelfAttention;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Phi-1 to Phi-2 (Li et al. 2023, arXiv:2309.05463): one norm a layer, whose output attention and
 * feed-forward layer both read; rotary positions on a part of each head; biases everywhere. The
 * keys of {@code config.json} and their defaults are those of {@code transformers}' PhiConfig.
 *
 * @param common what it shares with LLaMA; its norm epsilon is {@code layer_norm_eps}
 * @param residualDropout {@code resid_pdrop}
 * @param embeddingDropout {@code embd_pdrop}
 * @param normedQueriesAndKeys {@code qk_layernorm}: whether queries and keys are normalized
 */
public record PhiConfig(
    RotaryDecoderConfig common,
    double residualDropout,
    double embeddingDropout,
    boolean normedQueriesAndKeys)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES = RotaryDecoderConfig.architectures("Phi");

  private static final RotaryDecoderConfig DEFAULTS =
      new RotaryDecoderConfig(
          51200,
          2048,
          8192,
          24,
          32,
          OptionalInt.empty(),
          OptionalLong.empty(),
          "gelu_new",
          2048,
          0.02,
          1e-5,
          false,
          0,
          new RotarySettings(10000, 0.5, RotaryScaling.NONE),
          SpecialTokens.of(1, 2),
          Labels.DEFAULT);

  /** Phi-2: 32 layers, 2560 wide, 32 heads. */
  public static PhiConfig phi2() {
    return from(
        Presets.of(
            "Phi-2",
            "hidden_size",
            2560,
            "intermediate_size",
            10240,
            "num_hidden_layers",
            32,
            "partial_rotary_factor",
            0.4));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static PhiConfig from(ModelConfig config) {
    double epsilon = config.number("layer_norm_eps").orElse(DEFAULTS.normEpsilon());
    return new PhiConfig(
        RotaryDecoderConfig.read(config, DEFAULTS).withNormEpsilon(epsilon),
        config.number("resid_pdrop").orElse(0),
        config.number("embd_pdrop").orElse(0),
        config.flag("qk_layernorm").orElse(false));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' PhiModel. */
  record Body(PhiConfig config) implements RotaryDecoder {

    @Override
    public DecoderDescription description() {
      return config.common.description("phi", ARCHITECTURES);
    }

    @Override
    public void write(JsonObject json) {
      config.common.write(json);
      json.remove("rms_norm_eps");
      json.addProperty("layer_norm_eps", config.common.normEpsilon());
      json.addProperty("resid_pdrop", config.residualDropout);
      json.addProperty("embd_pdrop", config.embeddingDropout);
      json.addProperty("qk_layernorm", config.normedQueriesAndKeys);
    }

    @Override
    public RotaryEmbedding rotary() {
      return config.common.rotary().embedding(config.common.width());
    }

    @Override
    public double embeddingDropout() {
      return config.embeddingDropout;
    }

    @Override
    public String finalNorm() {
      return "final_layernorm";
    }

    @Override
    public Value norm(Scope scope, Value x) {
      return LayerNorm.apply(scope, x, config.common.normEpsilon());
    }

    @Override
    public Value layer(Scope scope, int layer, Value x, Call call) {
      Value normed = scope.in("input_layernorm", s -> norm(s, x));
      Value attended = scope.in("self_attn", s -> attention(s, layer, normed, call));
      Value widened = feedForward(scope, layer, normed, call);
      return add(
          add(
              Dropout.apply(attended, config.residualDropout),
              Dropout.apply(widened, config.residualDropout)),
          x);
    }

    @Override
    public Value attention(Scope scope, int layer, Value x, Call call) {
      SelfAttention attention =
          config.common.attention(config.common.scores(), true, true).withOutput("dense");
      return config.normedQueriesAndKeys
          ? attention.applyNormed(
              scope, x, call.rotary(), call.rotation(), call.sequence(), this::norm)
          : attention.apply(scope, x, call.rotary(), call.rotation(), call.sequence());
    }

    @Override
    public Value feedForward(Scope scope, int layer, Value x, Call call) {
      FeedForward feedForward =
          new FeedForward(
              config.common.intermediateSize(),
              Activation.named(config.common.activation()),
              weights());
      return scope.in("mlp", s -> feedForward.apply(s, x, "fc1", "fc2", true));
    }

    @Override
    public Value logits(Scope root, Scope body, Value hidden) {
      long tokens = config.common.vocabularySize();
      return root.in(
          "lm_head",
          s ->
              config.common.tieWordEmbeddings()
                  ? Linear.apply(
                      hidden, wordTable(body), s.parameter("bias", Initialization.ZEROS, tokens))
                  : Linear.apply(s, hidden, tokens, weights()));
    }
  }
}

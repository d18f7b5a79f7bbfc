package io.parlance.models.architecture;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.CausalAttention;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * GPT-3 (Brown et al. 2020, arXiv:2005.14165): GPT-2 whose layers alternate between dense attention
 * and attention to a band of tokens. The width of the band, and which kind comes first, are not
 * published; here they are parameters, and the first layer is dense. {@code config.json} has the
 * keys of GPT-2, and {@code attention_layers} and {@code attention_window}.
 *
 * @param common what it shares with GPT-2
 * @param attentionLayers for each layer whether it is dense or banded
 * @param bandWidth {@code attention_window}: how many tokens a token sees in banded layers, itself
 *     included
 */
public record Gpt3Config(Gpt2Config common, List<Attention> attentionLayers, long bandWidth)
    implements DecoderConfig {

  /** What a layer looks at. */
  public enum Attention {
    /** All earlier tokens. */
    DENSE("dense"),
    /** The last tokens only. */
    BANDED("banded");

    private final String key;

    Attention(String key) {
      this.key = key;
    }

    static Attention named(String key) {
      for (Attention each : values()) {
        if (each.key.equals(key)) {
          return each;
        }
      }
      throw new IllegalArgumentException(
          "attention_layers holds '" + key + "', expected 'dense' or 'banded'");
    }
  }

  static final Map<Head, String> ARCHITECTURES =
      Map.of(Head.BODY, "Gpt3Model", Head.CAUSAL_LM, "Gpt3LMHeadModel");

  public Gpt3Config {
    attentionLayers = List.copyOf(attentionLayers);
    Require.positive("attention_window", bandWidth);
    if (attentionLayers.size() != common.hiddenLayers()) {
      throw new IllegalArgumentException(
          "attention_layers names "
              + attentionLayers.size()
              + " layers, but n_layer is "
              + common.hiddenLayers());
    }
  }

  private static Gpt3Config sized(int layers, int hidden, int heads, long bandWidth) {
    Gpt2Config common =
        Gpt2Config.from(
            Presets.of(
                "GPT-3",
                "n_positions",
                2048,
                "n_layer",
                layers,
                "n_embd",
                hidden,
                "n_head",
                heads));
    return new Gpt3Config(common, alternating(layers), bandWidth);
  }

  /** GPT-3 125M: 12 layers, 768 wide, 12 heads. */
  public static Gpt3Config gpt3_125m(long bandWidth) {
    return sized(12, 768, 12, bandWidth);
  }

  /** GPT-3 1.3B: 24 layers, 2048 wide; 32 heads, as the 24 of the paper do not divide the width. */
  public static Gpt3Config gpt3_1300m(long bandWidth) {
    return sized(24, 2048, 32, bandWidth);
  }

  /** GPT-3 6.7B: 32 layers, 4096 wide, 32 heads. */
  public static Gpt3Config gpt3_6700m(long bandWidth) {
    return sized(32, 4096, 32, bandWidth);
  }

  /** GPT-3 175B: 96 layers, 12288 wide, 96 heads. */
  public static Gpt3Config gpt3_175b(long bandWidth) {
    return sized(96, 12288, 96, bandWidth);
  }

  private static List<Attention> alternating(int layers) {
    List<Attention> kinds = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      kinds.add(i % 2 == 0 ? Attention.DENSE : Attention.BANDED);
    }
    return kinds;
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or missing
   */
  public static Gpt3Config from(ModelConfig config) {
    Gpt2Config common = Gpt2Config.from(config);
    List<String> named = config.strings("attention_layers");
    return new Gpt3Config(
        common,
        named.isEmpty()
            ? alternating(common.hiddenLayers())
            : named.stream().map(Attention::named).toList(),
        config
            .integer("attention_window")
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "attention_window is missing: how many tokens a token sees in banded"
                            + " layers")));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** GPT-2's layers with bands. */
  static final class Body extends Gpt2 {

    private final Gpt3Config config;

    Body(Gpt3Config config) {
      super(config.common);
      this.config = config;
    }

    @Override
    public DecoderDescription description() {
      return description("gpt3", Gpt3Config.ARCHITECTURES);
    }

    @Override
    public void write(JsonObject json) {
      super.write(json);
      JsonArray layers = new JsonArray();
      config.attentionLayers.forEach(kind -> layers.add(kind.key));
      json.add("attention_layers", layers);
      json.addProperty("attention_window", config.bandWidth);
    }

    @Override
    CausalAttention scores(int layer) {
      CausalAttention dense = super.scores(layer);
      return config.attentionLayers.get(layer) == Attention.BANDED
          ? dense.window(config.bandWidth)
          : dense;
    }
  }
}

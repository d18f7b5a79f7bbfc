package io.parlance.models.architecture;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The configuration of a DeBERTa model of version 2 or 3; the keys of {@code config.json} and their
 * defaults are those of {@code transformers}' DebertaV2Config.
 *
 * @param settings what all encoders have
 * @param embeddingSize {@code embedding_size}, the width of the embeddings
 * @param distances how attention sees distances
 * @param positionsAtInput {@code position_biased_input}: whether position embeddings are added to
 *     the words
 * @param convolution the layer beside the first one
 * @param pooler the layer before scores of whole texts
 * @param legacy whether masked tokens are predicted by the head that {@code transformers} had at
 *     first, under other names
 */
public record DebertaConfig(
    EncoderSettings settings,
    long embeddingSize,
    Distances distances,
    boolean positionsAtInput,
    Convolution convolution,
    Pooler pooler,
    boolean legacy)
    implements EncoderConfig<DebertaConfig> {

  private static final Map<String, String> KEYS = Map.of("classifier_dropout", "cls_dropout");
  private static final Set<String> COMPARISONS = Set.of("c2p", "p2c");

  /**
   * How attention sees distances.
   *
   * @param relative {@code relative_attention}: whether it does
   * @param comparisons {@code pos_att_type}: what is compared: queries with positions of keys
   *     ({@code c2p}), keys with positions of queries ({@code p2c})
   * @param buckets {@code position_buckets}; 0 or less for a position each
   * @param maximum {@code max_relative_positions}; 0 or less for {@code max_position_embeddings}
   * @param shared {@code share_att_key}: whether positions are projected as words are
   * @param normalized {@code norm_rel_ebd} is {@code layer_norm}: whether their embeddings are
   *     normalized
   */
  public record Distances(
      boolean relative,
      Set<String> comparisons,
      int buckets,
      int maximum,
      boolean shared,
      boolean normalized) {
    public Distances {
      comparisons = Set.copyOf(comparisons);
      if (!COMPARISONS.containsAll(comparisons)) {
        throw new IllegalArgumentException(
            "pos_att_type is " + new TreeSet<>(comparisons) + ", expected c2p and p2c at most");
      }
    }
  }

  /**
   * A convolution of the embeddings, added to what the first layer makes of them.
   *
   * @param kernel {@code conv_kernel_size}, odd; 0 for no convolution
   * @param groups {@code conv_groups}
   * @param activation {@code conv_act}
   */
  public record Convolution(int kernel, int groups, String activation) {

    /** No convolution, as in version 3. */
    public static final Convolution NONE = new Convolution(0, 1, "tanh");

    public Convolution {
      if (kernel != 0 && (kernel < 0 || kernel % 2 == 0)) {
        throw new IllegalArgumentException(
            "conv_kernel_size is " + kernel + ", expected an odd number or 0");
      }
      Require.positive("conv_groups", groups);
      Activation.named(activation);
    }
  }

  /**
   * The layer before scores of whole texts.
   *
   * @param activation {@code pooler_hidden_act}
   * @param dropout {@code pooler_dropout}, before it
   */
  public record Pooler(String activation, double dropout) {
    public Pooler {
      Activation.named(activation);
    }
  }

  public DebertaConfig {
    Require.positive("embedding_size", embeddingSize);
    Require.multiple("hidden_size", settings.hiddenSize(), "conv_groups", convolution.groups);
  }

  /** DeBERTa version 3 xsmall: 12 layers, 384 wide, 6 heads. */
  public static DebertaConfig v3Xsmall() {
    return v3(12, 384, 6);
  }

  /** DeBERTa version 3 small: 6 layers, 768 wide, 12 heads. */
  public static DebertaConfig v3Small() {
    return v3(6, 768, 12);
  }

  /** DeBERTa version 3 base: 12 layers, 768 wide, 12 heads. */
  public static DebertaConfig v3Base() {
    return v3(12, 768, 12);
  }

  /** DeBERTa version 3 large: 24 layers, 1024 wide, 16 heads. */
  public static DebertaConfig v3Large() {
    return v3(24, 1024, 16);
  }

  private static DebertaConfig v3(int layers, long hidden, int heads) {
    EncoderSettings settings =
        defaults().toBuilder().sizes(layers, hidden, heads, 4 * hidden).build();
    Distances distances = new Distances(true, COMPARISONS, 256, -1, true, true);
    return new DebertaConfig(
        settings, hidden, distances, false, Convolution.NONE, new Pooler("gelu", 0), true);
  }

  /** DeBERTa version 2 xlarge: 24 layers, 1536 wide, 24 heads, and a convolution. */
  public static DebertaConfig v2Xlarge() {
    DebertaConfig v3 = v3(24, 1536, 24);
    return new DebertaConfig(
        v3.settings, 1536, v3.distances, false, new Convolution(3, 1, "gelu"), v3.pooler, true);
  }

  /** DeBERTa version 2 xxlarge: 48 layers, 1536 wide, 24 heads, and a convolution. */
  public static DebertaConfig v2Xxlarge() {
    return v2Xlarge().with(s -> s.sizes(48, 1536, 24, 6144));
  }

  private static EncoderSettings defaults() {
    return EncoderSettings.bertBase().toBuilder()
        .vocabulary(128_100, 0)
        .sizes(24, 1536, 24, 6144)
        .typeVocabularySize(0)
        .layerNormEpsilon(1e-7)
        .build();
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static DebertaConfig from(ModelConfig config) {
    EncoderSettings read = EncoderSettings.read(config, defaults(), KEYS);
    EncoderSettings settings =
        read.toBuilder()
            .classifierDropout(config.number("cls_dropout").orElse(read.hiddenDropout()))
            .build();
    long width = settings.hiddenSize() / settings.attentionHeads();
    refuseOther(config, "attention_head_size", width);
    refuseOther(config, "pooler_hidden_size", settings.hiddenSize());
    return new DebertaConfig(
        settings,
        config.integer("embedding_size").orElse((int) settings.hiddenSize()),
        distances(config),
        config.flag("position_biased_input").orElse(true),
        new Convolution(
            config.integer("conv_kernel_size").orElse(0),
            config.integer("conv_groups").orElse(1),
            config.string("conv_act").orElse("tanh")),
        new Pooler(
            config.string("pooler_hidden_act").orElse("gelu"),
            config.number("pooler_dropout").orElse(0)),
        config.flag("legacy").orElse(true));
  }

  private static Distances distances(ModelConfig config) {
    List<String> comparisons =
        config.strings("pos_att_type").stream()
            .flatMap(types -> Arrays.stream(types.toLowerCase(Locale.ROOT).split("\\|")))
            .map(String::strip)
            .filter(type -> !type.isEmpty() && !type.equals("none"))
            .toList();
    List<String> norms =
        List.of(config.string("norm_rel_ebd").orElse("none").toLowerCase(Locale.ROOT).split("\\|"));
    return new Distances(
        config.flag("relative_attention").orElse(false),
        Set.copyOf(comparisons),
        config.integer("position_buckets").orElse(-1),
        config.integer("max_relative_positions").orElse(-1),
        config.flag("share_att_key").orElse(false),
        norms.stream().map(String::strip).anyMatch("layer_norm"::equals));
  }

  private static void refuseOther(ModelConfig config, String key, long built) {
    int given = config.integer(key).orElse((int) built);
    if (given != built) {
      throw new IllegalArgumentException(
          key + " is " + given + "; DeBERTa of these sizes is built with " + built);
    }
  }

  /** The furthest distance that is told apart. */
  int maximumDistance() {
    return distances.maximum > 0
        ? distances.maximum
        : Math.toIntExact(settings.maxPositionEmbeddings());
  }

  @Override
  public DebertaConfig with(EncoderSettings changed) {
    long width = embeddingSize == settings.hiddenSize() ? changed.hiddenSize() : embeddingSize;
    return new DebertaConfig(
        changed, width, distances, positionsAtInput, convolution, pooler, legacy);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderModel(new Deberta(this), head, true);
  }

  JsonObject toJson(String architecture) {
    JsonObject json = settings.toJson(architecture, Deberta.FAMILY.modelType(), KEYS);
    json.addProperty("embedding_size", embeddingSize);
    json.addProperty("legacy", legacy);
    json.addProperty("relative_attention", distances.relative);
    JsonArray comparisons = new JsonArray();
    new TreeSet<>(distances.comparisons).descendingSet().forEach(comparisons::add);
    json.add("pos_att_type", comparisons);
    json.addProperty("position_buckets", distances.buckets);
    json.addProperty("max_relative_positions", distances.maximum);
    json.addProperty("share_att_key", distances.shared);
    json.addProperty("norm_rel_ebd", distances.normalized ? "layer_norm" : "none");
    json.addProperty("position_biased_input", positionsAtInput);
    if (convolution.kernel > 0) {
      json.addProperty("conv_kernel_size", convolution.kernel);
      json.addProperty("conv_groups", convolution.groups);
      json.addProperty("conv_act", convolution.activation);
    }
    json.addProperty("pooler_hidden_size", settings.hiddenSize());
    json.addProperty("pooler_hidden_act", pooler.activation);
    json.addProperty("pooler_dropout", pooler.dropout);
    return json;
  }
}

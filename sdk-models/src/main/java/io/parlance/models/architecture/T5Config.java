package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.Activation;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The configuration of T5 1.0 and 1.1, FLAN-T5, mT5 and UMT5; the keys of {@code config.json} and
 * their defaults are those of {@code transformers}' T5Config.
 *
 * @param modelType {@code model_type}: {@code t5}; {@code mt5}, which is the same by other names;
 *     {@code umt5}, whose layers have a bias of distances each
 * @param vocabularySize {@code vocab_size}
 * @param hiddenSize {@code d_model}
 * @param headWidth {@code d_kv}; heads need not add up to {@code hiddenSize}
 * @param feedForwardSize {@code d_ff}
 * @param encoderLayers {@code num_layers}
 * @param decoderLayers {@code num_decoder_layers}
 * @param heads {@code num_heads}
 * @param buckets {@code relative_attention_num_buckets}
 * @param maximumDistance {@code relative_attention_max_distance}
 * @param dropout {@code dropout_rate}
 * @param classifierDropout {@code classifier_dropout}
 * @param normEpsilon {@code layer_norm_epsilon}
 * @param initializerFactor {@code initializer_factor}, which multiplies the deviation of new
 *     weights
 * @param feedForward {@code feed_forward_proj}: an activation, {@code gated-} before it if there is
 *     a gate
 * @param tieWordEmbeddings whether the scores are made with the embeddings
 * @param scaleStates whether the decoder's states are multiplied by {@code hiddenSize^-0.5} before
 *     that: {@code scale_decoder_outputs} of transformers 5; before it, {@code tie_word_embeddings}
 *     says both
 * @param tokens what generation begins and ends with
 * @param decoderStart {@code decoder_start_token_id}; none means that of padding
 * @param labels the classes of classification heads
 */
public record T5Config(
    String modelType,
    long vocabularySize,
    long hiddenSize,
    long headWidth,
    long feedForwardSize,
    int encoderLayers,
    int decoderLayers,
    int heads,
    int buckets,
    int maximumDistance,
    double dropout,
    double classifierDropout,
    double normEpsilon,
    double initializerFactor,
    String feedForward,
    boolean tieWordEmbeddings,
    boolean scaleStates,
    SpecialTokens tokens,
    OptionalInt decoderStart,
    Labels labels)
    implements EncoderDecoderConfig {

  /** Each is in capitals how the names of its classes begin. */
  static final List<String> TYPES = List.of("t5", "mt5", "umt5");

  private static final String GATED = "gated-";
  private static final String SCALED = "scale_decoder_outputs";

  public T5Config {
    if (!TYPES.contains(modelType)) {
      throw new IllegalArgumentException(
          "model_type is '" + modelType + "', expected one of " + TYPES);
    }
    Require.positive("vocab_size", vocabularySize);
    Require.positive("d_model", hiddenSize);
    Require.positive("d_kv", headWidth);
    Require.positive("d_ff", feedForwardSize);
    Require.positive("num_layers", encoderLayers);
    Require.positive("num_decoder_layers", decoderLayers);
    Require.positive("num_heads", heads);
    if (buckets < 4) {
      throw new IllegalArgumentException(
          "relative_attention_num_buckets is " + buckets + ", expected at least 4");
    }
    if (maximumDistance <= buckets / 2) {
      throw new IllegalArgumentException(
          "relative_attention_max_distance is "
              + maximumDistance
              + ", expected more than half of the "
              + buckets
              + " buckets");
    }
    Require.probability("dropout_rate", dropout);
    Require.probability("classifier_dropout", classifierDropout);
    activation(feedForward);
  }

  /** T5 1.0 of these sizes with the published vocabulary. */
  private static T5Config first(
      String name, int layers, int hidden, int heads, int headWidth, int feedForward) {
    return from(
        Presets.of(
            name,
            "num_layers",
            layers,
            "d_model",
            hidden,
            "num_heads",
            heads,
            "d_kv",
            headWidth,
            "d_ff",
            feedForward));
  }

  /** T5 1.1 of these sizes: gated, other scores than embeddings. */
  private static T5Config second(
      String type, int vocabulary, int layers, int hidden, int heads, int feedForward) {
    return from(
        Presets.of(
            type + " " + hidden,
            "model_type",
            type,
            "vocab_size",
            vocabulary,
            "num_layers",
            layers,
            "d_model",
            hidden,
            "num_heads",
            heads,
            "d_kv",
            64,
            "d_ff",
            feedForward,
            "feed_forward_proj",
            "gated-gelu",
            "tie_word_embeddings",
            false));
  }

  /** T5 small: 6 layers each, 512 wide, 8 heads. */
  public static T5Config small() {
    return first("T5 small", 6, 512, 8, 64, 2048);
  }

  /** T5 base: 12 layers each, 768 wide, 12 heads. */
  public static T5Config base() {
    return first("T5 base", 12, 768, 12, 64, 3072);
  }

  /** T5 large: 24 layers each, 1024 wide, 16 heads. */
  public static T5Config large() {
    return first("T5 large", 24, 1024, 16, 64, 4096);
  }

  /** T5 3B: as large with heads 128 wide. */
  public static T5Config t5_3b() {
    return first("T5 3B", 24, 1024, 32, 128, 16384);
  }

  /** T5 11B: as 3B with 128 heads. */
  public static T5Config t5_11b() {
    return first("T5 11B", 24, 1024, 128, 128, 65536);
  }

  /** T5 1.1 small, also FLAN-T5 small: 8 layers each, 512 wide, 6 heads. */
  public static T5Config v1_1Small() {
    return second("t5", 32_128, 8, 512, 6, 1024);
  }

  /** T5 1.1 base, also FLAN-T5 base: 12 layers each, 768 wide, 12 heads. */
  public static T5Config v1_1Base() {
    return second("t5", 32_128, 12, 768, 12, 2048);
  }

  /** T5 1.1 large, also FLAN-T5 large: 24 layers each, 1024 wide, 16 heads. */
  public static T5Config v1_1Large() {
    return second("t5", 32_128, 24, 1024, 16, 2816);
  }

  /** T5 1.1 XL, also FLAN-T5 XL: 24 layers each, 2048 wide, 32 heads. */
  public static T5Config v1_1ExtraLarge() {
    return second("t5", 32_128, 24, 2048, 32, 5120);
  }

  /** T5 1.1 XXL, also FLAN-T5 XXL: 24 layers each, 4096 wide, 64 heads. */
  public static T5Config v1_1ExtraExtraLarge() {
    return second("t5", 32_128, 24, 4096, 64, 10_240);
  }

  /** mT5 small: as T5 1.1 with tokens of 101 languages. */
  public static T5Config mt5Small() {
    return second("mt5", 250_112, 8, 512, 6, 1024);
  }

  /** mT5 base. */
  public static T5Config mt5Base() {
    return second("mt5", 250_112, 12, 768, 12, 2048);
  }

  /** mT5 large. */
  public static T5Config mt5Large() {
    return second("mt5", 250_112, 24, 1024, 16, 2816);
  }

  /** UMT5 small: as mT5 small with more tokens. */
  public static T5Config umt5Small() {
    return second("umt5", 256_384, 8, 512, 6, 1024);
  }

  /** UMT5 base. */
  public static T5Config umt5Base() {
    return second("umt5", 256_384, 12, 768, 12, 2048);
  }

  /**
   * Reads {@code config.json} of a new model.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static T5Config from(ModelConfig config) {
    return from(config, Set.of());
  }

  /**
   * Reads {@code config.json}.
   *
   * @param weights the names of the weights at hand: in files of transformers 5 nothing else tells
   *     whether scores have weights of their own
   */
  static T5Config from(ModelConfig config, Set<String> weights) {
    String type = config.modelType().orElse("t5");
    boolean multilingual = !type.equals("t5");
    int layers = config.integer("num_layers").orElse(multilingual ? 8 : 6);
    boolean tied = config.flag("tie_word_embeddings").orElse(!type.equals("mt5"));
    // mT5 of transformers 5 has no such factor, whatever is tied
    boolean neverScaled =
        type.equals("mt5") && config.string("transformers_version").orElse("4").startsWith("5");
    boolean ownScores = config.has(SCALED) && weights.contains("lm_head.weight");
    return new T5Config(
        type,
        config.integer("vocab_size").orElse(multilingual ? 250_112 : 32_128),
        config.integer("d_model").orElse(512),
        config.integer("d_kv").orElse(64),
        config.integer("d_ff").orElse(multilingual ? 1024 : 2048),
        layers,
        config.integer("num_decoder_layers").orElse(layers),
        config.integer("num_heads").orElse(multilingual ? 6 : 8),
        config.integer("relative_attention_num_buckets").orElse(32),
        config.integer("relative_attention_max_distance").orElse(128),
        config.number("dropout_rate").orElse(0.1),
        config.number("classifier_dropout").orElse(0),
        config.number("layer_norm_epsilon").orElse(1e-6),
        config.number("initializer_factor").orElse(1),
        config.string("feed_forward_proj").orElse(multilingual ? "gated-gelu" : "relu"),
        tied && !ownScores,
        config.flag(SCALED).orElse(tied && !neverScaled),
        SpecialTokens.read(
            config, new SpecialTokens(OptionalInt.empty(), List.of(1), OptionalInt.of(0))),
        config.integer("decoder_start_token_id"),
        Labels.read(config));
  }

  private static Activation activation(String feedForward) {
    String name =
        feedForward.startsWith(GATED) ? feedForward.substring(GATED.length()) : feedForward;
    // what the reference means by it
    return Activation.named(feedForward.equals("gated-gelu") ? "gelu_new" : name);
  }

  /** The activation of the feed-forward layers. */
  Activation activation() {
    return activation(feedForward);
  }

  /** Whether each layer has a bias of distances of its own, rather than all one. */
  boolean distancesOfEachLayer() {
    return modelType.equals("umt5");
  }

  /** Whether the feed-forward layers have a gate. */
  boolean gated() {
    return feedForward.startsWith(GATED);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderDecoderModel(new T5(this), head);
  }

  void write(JsonObject json) {
    json.addProperty("vocab_size", vocabularySize);
    json.addProperty("d_model", hiddenSize);
    json.addProperty("d_kv", headWidth);
    json.addProperty("d_ff", feedForwardSize);
    json.addProperty("num_layers", encoderLayers);
    json.addProperty("num_decoder_layers", decoderLayers);
    json.addProperty("num_heads", heads);
    json.addProperty("relative_attention_num_buckets", buckets);
    json.addProperty("relative_attention_max_distance", maximumDistance);
    json.addProperty("dropout_rate", dropout);
    json.addProperty("classifier_dropout", classifierDropout);
    json.addProperty("layer_norm_epsilon", normEpsilon);
    json.addProperty("initializer_factor", initializerFactor);
    json.addProperty("feed_forward_proj", feedForward);
    json.addProperty("tie_word_embeddings", tieWordEmbeddings);
    json.addProperty(SCALED, scaleStates);
  }
}

package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.Activation;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * The configuration of an XLNet model; the keys of {@code config.json} and their defaults are those
 * of {@code transformers}' XLNetConfig (large).
 *
 * @param settings what all encoders have; {@code classifierDropout} is {@code summary_last_dropout}
 * @param attention how positions see each other
 * @param memory what is kept of a segment for the next
 * @param summary how a text is summed up for scores of it as a whole
 */
public record XlnetConfig(
    EncoderSettings settings, AttentionRules attention, Memory memory, Summary summary)
    implements EncoderConfig<XlnetConfig> {

  private static final Map<String, String> KEYS =
      Map.ofEntries(
          Map.entry("hidden_size", "d_model"),
          Map.entry("num_hidden_layers", "n_layer"),
          Map.entry("num_attention_heads", "n_head"),
          Map.entry("intermediate_size", "d_inner"),
          Map.entry("hidden_act", "ff_activation"),
          Map.entry("hidden_dropout_prob", "dropout"),
          Map.entry("attention_probs_dropout_prob", ""),
          Map.entry("classifier_dropout", "summary_last_dropout"),
          Map.entry("max_position_embeddings", ""),
          Map.entry("type_vocab_size", ""));

  /**
   * How positions see each other.
   *
   * @param causal {@code attn_type} is {@code uni}: whether tokens see only those before them
   * @param sameLength {@code same_length}: whether all causal tokens see equally many
   * @param clampLength {@code clamp_len}: the distance from which on all are alike; 0 or less for
   *     none
   * @param bothDirections {@code bi_data}: whether the second half of a batch is read backwards
   */
  public record AttentionRules(
      boolean causal, boolean sameLength, int clampLength, boolean bothDirections) {}

  /**
   * What is kept of a segment for the next.
   *
   * @param length {@code mem_len}: states of each layer; 0 for no memory
   * @param reuse {@code reuse_len}: how many of a segment's first states may be kept; 0 for all
   */
  public record Memory(int length, int reuse) {}

  /**
   * How a text is summed up.
   *
   * @param from {@code summary_type}
   * @param activation {@code summary_activation} after the projection; {@code linear} for none
   */
  public record Summary(SummaryType from, String activation) {
    public Summary {
      Activation.named(activation);
    }
  }

  /** The state that stands for a text. */
  public enum SummaryType {
    LAST,
    FIRST,
    MEAN;

    static SummaryType read(ModelConfig config) {
      String name = config.string("summary_type").orElse("last");
      return Arrays.stream(values())
          .filter(type -> type.key().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "summary_type is '" + name + "', expected last, first or mean"));
    }

    /** The name in {@code config.json}. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** XLNet base: 12 layers, 768 wide, 12 heads. */
  public static XlnetConfig base() {
    return large().with(s -> s.sizes(12, 768, 12, 3072));
  }

  /** XLNet large: 24 layers, 1024 wide, 16 heads. */
  public static XlnetConfig large() {
    EncoderSettings settings =
        EncoderSettings.bertBase().toBuilder()
            .vocabulary(32_000, 5)
            .sizes(24, 1024, 16, 4096)
            .maxPositionEmbeddings(0)
            .typeVocabularySize(0)
            .build();
    return new XlnetConfig(
        settings,
        new AttentionRules(false, false, -1, false),
        new Memory(0, 0),
        new Summary(SummaryType.LAST, "tanh"));
  }

  /** The same model that keeps states of a segment for the next. */
  public XlnetConfig memory(int length, int reuse) {
    return new XlnetConfig(settings, attention, new Memory(length, reuse), summary);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static XlnetConfig from(ModelConfig config) {
    EncoderSettings read = EncoderSettings.read(config, large().settings, KEYS);
    EncoderSettings settings = read.toBuilder().attentionDropout(read.hiddenDropout()).build();
    int width = (int) settings.hiddenSize() / settings.attentionHeads();
    if (config.integer("d_head").orElse(width) != width) {
      throw new IllegalArgumentException(
          "d_head is "
              + config.integer("d_head").getAsInt()
              + ", expected d_model divided by n_head, "
              + width);
    }
    String type = config.string("attn_type").orElse("bi");
    if (!type.equals("bi") && !type.equals("uni")) {
      throw new IllegalArgumentException("attn_type is '" + type + "', expected bi or uni");
    }
    if (!config.flag("summary_use_proj").orElse(true)) {
      throw new IllegalArgumentException(
          "summary_use_proj is false; XLNet is built with the projection");
    }
    return new XlnetConfig(
        settings,
        new AttentionRules(
            type.equals("uni"),
            config.flag("same_length").orElse(false),
            config.integer("clamp_len").orElse(-1),
            config.flag("bi_data").orElse(false)),
        new Memory(config.integer("mem_len").orElse(0), config.integer("reuse_len").orElse(0)),
        new Summary(
            SummaryType.read(config), config.string("summary_activation").orElse("linear")));
  }

  @Override
  public XlnetConfig with(EncoderSettings changed) {
    return new XlnetConfig(changed, attention, memory, summary);
  }

  /** Itself: positions are computed. */
  @Override
  public XlnetConfig maximumLength(int tokens) {
    return this;
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderModel(new Xlnet(this), head, true);
  }

  JsonObject toJson(String architecture) {
    JsonObject json = settings.toJson(architecture, Xlnet.FAMILY.modelType(), KEYS);
    json.addProperty("d_head", settings.hiddenSize() / settings.attentionHeads());
    json.addProperty("attn_type", attention.causal ? "uni" : "bi");
    json.addProperty("same_length", attention.sameLength);
    json.addProperty("clamp_len", attention.clampLength);
    json.addProperty("bi_data", attention.bothDirections);
    json.addProperty("untie_r", true);
    json.addProperty("mem_len", memory.length == 0 ? null : memory.length);
    json.addProperty("reuse_len", memory.reuse == 0 ? null : memory.reuse);
    json.addProperty("summary_type", summary.from.key());
    json.addProperty("summary_use_proj", true);
    json.addProperty(
        "summary_activation", summary.activation.equals("linear") ? null : summary.activation);
    json.addProperty("bos_token_id", 1);
    json.addProperty("eos_token_id", 2);
    return json;
  }
}

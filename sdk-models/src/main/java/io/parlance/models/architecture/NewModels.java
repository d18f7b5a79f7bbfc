package io.parlance.models.architecture;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.parlance.ModelUnusableException;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.RecurrentLayer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Models of every family with sizes of one's own: a published configuration in which sizes,
 * vocabulary and tokens are replaced, and what follows from them.
 */
public final class NewModels {

  /** The experts of a new mixture, at most; published ones have up to 60. */
  private static final long MOST_EXPERTS = 8;

  private static final Pattern DROPOUT =
      Pattern.compile("(?!classifier|summary).*(pdrop|dropout|dropout_rate|dropout_prob)");

  private static final List<String> RECURRENT = List.of("rnn_tanh", "rnn_relu", "gru", "lstm");

  private static final Map<String, Supplier<Published>> FAMILIES = new TreeMap<>();

  /** A published configuration. */
  private interface Published {
    PretrainedModel model(Head head);
  }

  static {
    for (String type : Architectures.encoderTypes()) {
      FAMILIES.put(type, () -> Architectures.published(type)::model);
    }
    decoder("openai-gpt", OpenAiGptConfig::gpt);
    decoder("gpt2", Gpt2Config::small);
    decoder("gpt3", () -> Gpt3Config.gpt3_125m(PublishedModels.GPT3_BAND));
    decoder("gpt_neo", GptNeoConfig::gptNeo125m);
    decoder("gpt_neox", GptNeoXConfig::pythia160m);
    decoder("opt", OptConfig::opt125m);
    decoder("bloom", BloomConfig::bloom560m);
    decoder("llama", LlamaConfig::llama2_7b);
    decoder("mistral", MistralConfig::mistral7b);
    decoder("mixtral", MixtralConfig::mixtral8x7b);
    decoder("qwen2", Qwen2Config::qwen2_500m);
    decoder("qwen2_moe", Qwen2MoeConfig::qwen15MoeA2700m);
    decoder("gemma", GemmaConfig::gemma2b);
    decoder("gemma2", Gemma2Config::gemma2_2b);
    decoder("phi", PhiConfig::phi2);
    decoder("phi3", Phi3Config::mini);
    decoder("glm", GlmConfig::glm4_9b);
    encoderDecoder("t5", T5Config::base);
    encoderDecoder("t5-v1_1", T5Config::v1_1Base);
    encoderDecoder("mt5", T5Config::mt5Base);
    encoderDecoder("umt5", T5Config::umt5Small);
    encoderDecoder("bart", BartConfig::base);
    encoderDecoder("mbart", MbartConfig::languages25);
    encoderDecoder("pegasus", PegasusConfig::large);
    encoderDecoder("m2m_100", M2m100Config::m2m100_418m);
    encoderDecoder("marian", () -> MarianConfig.opusMt(2));
    only(Head.PRETRAINING, "glm_blank_infilling", () -> GlmBlankInfillingConfig.base().model());
    for (String cell : RECURRENT) {
      only(Head.CAUSAL_LM, cell, () -> recurrent(cell).model());
    }
  }

  /**
   * The sizes of a new model.
   *
   * @param layers of the encoder, or of the decoder where there is no encoder
   * @param decoderLayers of the decoder beside an encoder
   * @param hidden the width, a multiple of {@code heads}
   * @param heads attention heads; recurrent models have none
   * @param keyValueHeads heads of keys and values, a divisor of {@code heads}; 0 for the family's
   *     usual share of {@code heads}
   * @param feedForward the width of the feed-forward layers; 0 for the family's usual multiple of
   *     {@code hidden}
   * @param positions the longest sequence, where positions are looked up in a table
   * @param dropout the probability of dropout; negative for the family's usual one
   */
  public record Sizes(
      int layers,
      int decoderLayers,
      int hidden,
      int heads,
      int keyValueHeads,
      int feedForward,
      int positions,
      double dropout) {
    public Sizes {
      Require.positive("layers", layers);
      Require.positive("decoder layers", decoderLayers);
      Require.positive("hidden", hidden);
      Require.positive("heads", heads);
      Require.multiple("hidden", hidden, "heads", heads);
      Require.notNegative("key and value heads", keyValueHeads);
      Require.notNegative("feed-forward", feedForward);
      Require.positive("positions", positions);
    }
  }

  /**
   * The tokens of a new model.
   *
   * @param vocabularySize how many there are
   * @param special those with a meaning
   * @param decoderStart what the decoder of an encoder-decoder begins with; -1 for none
   */
  public record Vocabulary(int vocabularySize, SpecialTokens special, int decoderStart) {}

  private NewModels() {}

  private static void decoder(String type, Supplier<? extends DecoderConfig> published) {
    FAMILIES.put(type, () -> published.get()::model);
  }

  private static void encoderDecoder(
      String type, Supplier<? extends EncoderDecoderConfig> published) {
    FAMILIES.put(type, () -> published.get()::model);
  }

  private static void only(Head only, String type, Supplier<PretrainedModel> published) {
    FAMILIES.put(
        type,
        () ->
            head -> {
              if (head != only) {
                throw new IllegalArgumentException(
                    type + " has no head " + head + "; it has [" + only + "]");
              }
              return published.get();
            });
  }

  private static RecurrentConfig recurrent(String cell) {
    RecurrentConfig small = RecurrentConfig.small();
    return new RecurrentConfig(
        RecurrentLayer.Cell.valueOf(cell.replace("rnn_", "").toUpperCase(Locale.ROOT)),
        small.vocabularySize(),
        small.embeddingSize(),
        small.hiddenSize(),
        small.layers(),
        small.dropout());
  }

  /** The families, by {@code model_type} where there is one, that have a head; sorted. */
  public static List<String> types(Head head) {
    return FAMILIES.keySet().stream().filter(type -> has(type, head)).toList();
  }

  /** The published configuration of a family that is known to be there. */
  private static Published published(String type) {
    return Objects.requireNonNull(FAMILIES.get(type), type).get();
  }

  private static boolean has(String type, Head head) {
    try {
      published(type).model(head);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** All families, sorted. */
  public static List<String> types() {
    return List.copyOf(FAMILIES.keySet());
  }

  /** Whether a family is that of an encoder, for which {@link Architectures#published} is there. */
  public static boolean isEncoder(String type) {
    return Architectures.encoderTypes().contains(type);
  }

  /** Whether a family is recurrent: it has neither heads nor a longest sequence. */
  public static boolean isRecurrent(String type) {
    return RECURRENT.contains(type);
  }

  /**
   * A model of a family with new sizes.
   *
   * @param type one of {@link #types()}
   * @param labels the classes of classification heads; others pass over them
   * @throws IllegalArgumentException if there is no such family, it has no such head, or sizes do
   *     not go together in it
   */
  public static PretrainedModel of(
      String type, Head head, Sizes sizes, Vocabulary vocabulary, Labels labels) {
    if (!FAMILIES.containsKey(type)) {
      throw new IllegalArgumentException(
          "there is no family '" + type + "', only " + FAMILIES.keySet());
    }
    if (isEncoder(type)) {
      return encoder(type, sizes, vocabulary).with(s -> s.labels(labels)).model(head);
    }
    JsonObject json = published(type).model(head).configuration();
    resize(json, sizes);
    tokens(json, vocabulary);
    labels.write(json);
    return Architectures.of(ModelConfig.of("a new " + type, json), Set.of());
  }

  /**
   * An encoder with new sizes, for a head of one's own choice.
   *
   * @throws IllegalArgumentException if there is no such encoder
   */
  public static EncoderConfig<?> encoder(String type, Sizes sizes, Vocabulary vocabulary) {
    EncoderConfig<?> published = Architectures.published(type);
    long wide = sizes.feedForward > 0 ? sizes.feedForward : usual(published, sizes.hidden);
    return published
        .with(
            s ->
                s.sizes(sizes.layers, sizes.hidden, sizes.heads, wide)
                    .vocabulary(vocabulary.vocabularySize, vocabulary.special.padding().orElse(0)))
        .with(s -> sizes.dropout < 0 ? s : s.dropout(sizes.dropout))
        .maximumLength(sizes.positions);
  }

  private static long usual(EncoderConfig<?> published, long hidden) {
    EncoderSettings settings = published.settings();
    return Math.max(
        1, Math.round((double) hidden * settings.intermediateSize() / settings.hiddenSize()));
  }

  /**
   * The family that a configuration is of.
   *
   * @throws ModelUnusableException if it is of none
   */
  public static String typeOf(ModelConfig config) {
    String type = config.modelType().orElse("");
    String family = type.equals("rnn_lm") ? recurrentType(config) : type;
    if (!FAMILIES.containsKey(family)) {
      throw new ModelUnusableException(
          config + ": model_type is '" + type + "', expected one of " + types());
    }
    return family;
  }

  private static String recurrentType(ModelConfig config) {
    String cell = config.string("cell").orElse("LSTM").toLowerCase(Locale.ROOT);
    return cell.equals("rnn") ? "rnn_" + config.string("nonlinearity").orElse("tanh") : cell;
  }

  /**
   * The model of a configuration with another head.
   *
   * @param labels the classes of classification heads
   * @param dropout the probability of dropout; negative for that of the configuration
   * @throws ModelUnusableException if the configuration is of no family or wrong
   * @throws IllegalArgumentException if the family has no such head
   */
  public static PretrainedModel withHead(
      ModelConfig config, Head head, Labels labels, double dropout) {
    String type = typeOf(config);
    JsonObject json = Architectures.of(config, Set.of()).configuration();
    JsonArray architectures = new JsonArray();
    architectures.add(published(type).model(head).architecture());
    json.add("architectures", architectures);
    labels.write(json);
    setDropout(json, dropout);
    return Architectures.of(ModelConfig.of(config.toString(), json), Set.of());
  }

  private static void resize(JsonObject json, Sizes sizes) {
    long hidden = number(json, "hidden_size", "n_embd", "d_model");
    int heads =
        (int) number(json, "num_attention_heads", "n_head", "num_heads", "encoder_attention_heads");
    long wide = number(json, "intermediate_size", "n_inner", "ffn_dim", "d_ff", "encoder_ffn_dim");
    long feedForward =
        sizes.feedForward > 0
            ? sizes.feedForward
            : Math.max(1, wide > 0 ? Math.round((double) wide / hidden * sizes.hidden) : 0);
    set(json, sizes.layers, "num_hidden_layers", "n_layer", "num_layers", "encoder_layers");
    set(json, sizes.decoderLayers, "num_decoder_layers", "decoder_layers");
    set(json, sizes.hidden, "hidden_size", "n_embd", "d_model", "word_embed_proj_dim");
    if (json.has("cell")) {
      set(json, sizes.hidden, "embedding_size");
    }
    set(json, sizes.heads, "num_attention_heads", "n_head", "num_heads");
    set(json, sizes.heads, "encoder_attention_heads", "decoder_attention_heads");
    long headWidth = sizes.hidden / sizes.heads;
    set(json, headWidth, "head_dim", "d_kv", "query_pre_attn_scalar");
    long groups = number(json, "num_key_value_heads");
    if (groups > 0) {
      set(json, keyValueHeads(sizes, heads, groups), "num_key_value_heads");
    } else if (sizes.keyValueHeads > 0 && sizes.keyValueHeads != sizes.heads) {
      throw new IllegalArgumentException(
          json.get("model_type").getAsString() + " has as many heads of keys as of queries");
    }
    if (wide > 0 || sizes.feedForward > 0) {
      requireKey(
          json,
          "feed-forward",
          "intermediate_size",
          "n_inner",
          "ffn_dim",
          "d_ff",
          "encoder_ffn_dim");
      set(json, feedForward, "intermediate_size", "n_inner", "ffn_dim", "d_ff");
      set(json, feedForward, "encoder_ffn_dim", "decoder_ffn_dim");
    }
    set(json, sizes.positions, "n_positions", "max_position_embeddings", "max_sequence_length");
    set(json, sizes.positions, "original_max_position_embeddings");
    set(json, sizes.positions + 1L, "position_table_rows");
    setDropout(json, sizes.dropout);
    ofFamilies(json, sizes, feedForward);
  }

  /** Sets all probabilities but those of heads; a negative one leaves them. */
  private static void setDropout(JsonObject json, double probability) {
    for (String key : List.copyOf(json.keySet())) {
      if (probability >= 0 && DROPOUT.matcher(key).matches()) {
        json.addProperty(key, probability);
      }
    }
  }

  /** Keys that follow from sizes in one family only. */
  private static void ofFamilies(JsonObject json, Sizes sizes, long feedForward) {
    json.remove("attention_layers"); // GPT-3: dense and banded in turn unless named
    if (json.has("attention_types")) { // GPT-Neo: the same, but always named
      JsonArray kinds = new JsonArray();
      for (int i = 0; i < sizes.layers; i++) {
        kinds.add(i % 2 == 0 ? "global" : "local");
      }
      JsonArray repeated = new JsonArray();
      repeated.add(kinds);
      repeated.add(1);
      JsonArray types = new JsonArray();
      types.add(repeated);
      json.add("attention_types", types);
    }
    for (String key : List.of("num_experts", "num_local_experts")) {
      set(json, Math.min(MOST_EXPERTS, number(json, key)), key);
    }
    set(json, feedForward, "shared_expert_intermediate_size");
    long each = number(json, "num_experts_per_tok");
    set(json, Math.max(1, feedForward / Math.max(1, each)), "moe_intermediate_size");
  }

  /** As many heads of keys to one of queries as published, where that divides. */
  private static long keyValueHeads(Sizes sizes, int heads, long groups) {
    if (sizes.keyValueHeads > 0) {
      return sizes.keyValueHeads;
    }
    long wanted = Math.max(1, sizes.heads * groups / heads);
    while (sizes.heads % wanted != 0) {
      wanted--;
    }
    return wanted;
  }

  private static void tokens(JsonObject json, Vocabulary vocabulary) {
    set(json, vocabulary.vocabularySize, "vocab_size", "decoder_vocab_size");
    vocabulary.special.write(json);
    List<Integer> ends = vocabulary.special.end();
    if (json.has("forced_eos_token_id") && !json.get("forced_eos_token_id").isJsonNull()) {
      json.add("forced_eos_token_id", JsonNull.INSTANCE);
      ends.stream().findFirst().ifPresent(end -> json.addProperty("forced_eos_token_id", end));
    }
    if (json.has("decoder_start_token_id")) {
      json.addProperty("decoder_start_token_id", vocabulary.decoderStart);
    }
    json.remove("bad_words_ids");
    if (json.has("cell")) { // recurrent models have none of them
      List.of("bos_token_id", "eos_token_id", "pad_token_id").forEach(json::remove);
    }
  }

  private static void set(JsonObject json, long value, String... keys) {
    for (String key : keys) {
      if (json.has(key)) {
        json.addProperty(key, value);
      }
    }
  }

  private static void requireKey(JsonObject json, String what, String... keys) {
    for (String key : keys) {
      if (json.has(key)) {
        return;
      }
    }
    throw new IllegalArgumentException(
        json.get("model_type").getAsString()
            + " has a "
            + what
            + " width that follows from hidden");
  }

  /** The first of the keys that holds a number; 0 if none does. */
  private static long number(JsonObject json, String... keys) {
    for (String key : keys) {
      if (json.has(key) && json.get(key).isJsonPrimitive()) {
        return json.get(key).getAsLong();
      }
    }
    return 0;
  }
}

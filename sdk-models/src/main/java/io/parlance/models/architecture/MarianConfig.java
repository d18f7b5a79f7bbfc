package io.parlance.models.architecture;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Marian (Junczys-Dowmunt et al. 2018, arXiv:1804.00344), the translators of OPUS-MT: sinusoidal
 * positions, norms after the sublayers. The decoder begins with the padding token. The keys of
 * {@code config.json} and their defaults are those of {@code transformers}' MarianConfig.
 *
 * @param settings what it shares with BART
 * @param decoderVocabularySize {@code decoder_vocab_size}
 * @param sharedEmbeddings {@code share_encoder_decoder_embeddings}: whether both sides have one
 *     vocabulary
 */
public record MarianConfig(
    BartSettings settings, long decoderVocabularySize, boolean sharedEmbeddings)
    implements EncoderDecoderConfig {

  static final BartFamily FAMILY =
      new BartFamily(
          "marian",
          Map.of(Head.BODY, "MarianModel", Head.CONDITIONAL_GENERATION, "MarianMTModel"),
          BartFamily.Positions.SINUSOIDAL,
          false,
          false,
          true,
          false);

  private static final int BEAMS = 4;

  private static final BartSettings DEFAULTS =
      BartSettings.large(
          58_101,
          "gelu",
          0,
          false,
          new GenerationTokens(
              new SpecialTokens(OptionalInt.empty(), List.of(0), OptionalInt.of(58_100)),
              OptionalInt.of(58_100),
              OptionalInt.empty(),
              OptionalInt.of(0)));

  public MarianConfig {
    if (sharedEmbeddings && decoderVocabularySize != settings.vocabularySize()) {
      throw new IllegalArgumentException(
          "decoder_vocab_size is "
              + decoderVocabularySize
              + " and vocab_size "
              + settings.vocabularySize()
              + ", though share_encoder_decoder_embeddings says that both sides have one table");
    }
  }

  /**
   * A translator of OPUS-MT: 6 layers each, 512 wide, 8 heads; token 0 ends, the last one pads.
   *
   * @param vocabularySize number of tokens of both languages
   */
  public static MarianConfig opusMt(int vocabularySize) {
    return from(
        Presets.of(
            "OPUS-MT",
            "vocab_size",
            vocabularySize,
            "d_model",
            512,
            "encoder_layers",
            6,
            "encoder_attention_heads",
            8,
            "encoder_ffn_dim",
            2048,
            "decoder_layers",
            6,
            "decoder_attention_heads",
            8,
            "decoder_ffn_dim",
            2048,
            "max_position_embeddings",
            512,
            "activation_function",
            "swish",
            "scale_embedding",
            true,
            "pad_token_id",
            vocabularySize - 1,
            "decoder_start_token_id",
            vocabularySize - 1));
  }

  /**
   * The same with other sizes. New weights get the standard deviation {@code 1 / sqrt(hiddenSize)},
   * which suits embeddings that are multiplied by {@code sqrt(hiddenSize)}.
   *
   * @param encoderLayers layers of the encoder
   * @param decoderLayers layers of the decoder
   * @param hiddenSize the width, a multiple of {@code heads}
   * @param heads of the attention on both sides
   * @param feedForwardSize the width inside of the feed-forward layers
   */
  public MarianConfig sizes(
      int encoderLayers, int decoderLayers, int hiddenSize, int heads, int feedForwardSize) {
    return with(
        "encoder_layers",
        encoderLayers,
        "decoder_layers",
        decoderLayers,
        "d_model",
        hiddenSize,
        "encoder_attention_heads",
        heads,
        "decoder_attention_heads",
        heads,
        "encoder_ffn_dim",
        feedForwardSize,
        "decoder_ffn_dim",
        feedForwardSize,
        "init_std",
        1 / Math.sqrt(hiddenSize));
  }

  /** The same for texts of up to so many tokens. */
  public MarianConfig positions(int positions) {
    return with("max_position_embeddings", positions);
  }

  /** The same with another dropout probability. */
  public MarianConfig dropout(double probability) {
    return with("dropout", probability);
  }

  private MarianConfig with(Object... changes) {
    JsonObject json = model(Head.CONDITIONAL_GENERATION).configuration();
    for (int i = 0; i < changes.length; i += 2) {
      json.addProperty((String) changes[i], (Number) changes[i + 1]);
    }
    return from(ModelConfig.of("Marian", json));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static MarianConfig from(ModelConfig config) {
    BartSettings settings = BartSettings.read(config, DEFAULTS);
    return new MarianConfig(
        settings,
        config.integer("decoder_vocab_size").orElse((int) settings.vocabularySize()),
        config.flag("share_encoder_decoder_embeddings").orElse(true));
  }

  Bart layers() {
    JsonObject more = new JsonObject();
    more.addProperty("decoder_vocab_size", decoderVocabularySize);
    more.addProperty("share_encoder_decoder_embeddings", sharedEmbeddings);
    return new Bart(FAMILY, settings, decoderVocabularySize, sharedEmbeddings, more);
  }

  @Override
  public PretrainedModel model(Head head) {
    return new EncoderDecoderModel(layers(), head, generation());
  }

  /** As the translators of OPUS-MT have it: 4 beams, and never padding in a text. */
  private GenerationSettings generation() {
    JsonObject json = new JsonObject();
    JsonArray word = new JsonArray();
    word.add(settings.tokens().padding());
    JsonArray words = new JsonArray();
    words.add(word);
    json.add("bad_words_ids", words);
    json.addProperty("max_length", settings.positions());
    json.addProperty("num_beams", BEAMS);
    return new GenerationSettings(json, new JsonObject());
  }
}

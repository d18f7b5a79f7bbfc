package io.parlance.tokenizers.training;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;

/**
 * Trains the tokenizer of T5, XLM-RoBERTa and Marian: text normalized to NFKC with single spaces,
 * words that start with "▁", a Unigram vocabulary as SentencePiece learns it.
 */
public final class UnigramTrainer implements TokenizerTrainer {
  private static final String METASPACE = "\u2581";
  private static final String UNKNOWN = "<unk>";

  private final UnigramOptions options;

  /** A trainer with the given options. */
  public UnigramTrainer(UnigramOptions options) {
    this.options = Objects.requireNonNull(options, "options are null; use UnigramOptions.DEFAULT");
  }

  @Override
  public TrainedTokenizer train(Iterator<String> texts) {
    JsonObject normalizer = normalizer();
    JsonObject preTokenizer = metaspace();
    SortedMap<String, Long> words =
        WordCounts.count(texts, WordCounts.Cut.BEFORE_SINGLE_SPACE, normalizer, preTokenizer);
    List<String> first = new ArrayList<>(options.layout().first());
    List<String> last = new ArrayList<>(options.layout().last());
    List<String> additional =
        options.additionalSpecialTokens().stream()
            .filter(token -> !options.layout().specialTokens().contains(token))
            .toList();
    if (last.isEmpty()) {
      first.addAll(additional);
    } else {
      last.addAll(0, additional);
    }
    List<String> tokens = new ArrayList<>(first);
    if (options.byteFallback()) {
      for (int value = 0; value < 256; value++) {
        tokens.add(String.format(Locale.ROOT, "<0x%02X>", value));
      }
    }
    JsonArray vocabulary = new JsonArray();
    tokens.forEach(token -> vocabulary.add(entry(token, 0)));
    TextUnits units = TextUnits.of(words, options.characterCoverage(), UnigramPieces.LONGEST_UNIT);
    int room = Math.max(0, options.vocabularySize() - tokens.size() - last.size());
    for (UnigramPieces.Piece piece : UnigramPieces.learn(units, options.longestPiece(), room)) {
      tokens.add(piece.text());
      vocabulary.add(entry(piece.text(), piece.score()));
    }
    for (String token : last) {
      tokens.add(token);
      vocabulary.add(entry(token, 0));
    }
    List<String> special = new ArrayList<>(first);
    special.addAll(last);

    JsonObject tokenizer = Json.tokenizer();
    JsonArray added = Json.addedTokens(special, tokens);
    if (options.layout() == UnigramLayout.XLM_ROBERTA) {
      // The mask stands for the space before it as well.
      added.get(special.indexOf("<mask>")).getAsJsonObject().addProperty("lstrip", true);
    }
    tokenizer.add("added_tokens", added);
    tokenizer.add("normalizer", normalizer);
    tokenizer.add("pre_tokenizer", preTokenizer);
    tokenizer.add(
        "post_processor",
        Json.template(options.layout().single(), options.layout().pair(), tokens));
    tokenizer.add("decoder", options.byteFallback() ? byteDecoder() : metaspace());
    JsonObject model = Json.typed("Unigram");
    model.addProperty("unk_id", tokens.indexOf(UNKNOWN));
    model.add("vocab", vocabulary);
    model.addProperty("byte_fallback", options.byteFallback());
    tokenizer.add("model", model);
    return new TrainedTokenizer(tokenizer, config(), specialTokensMap(), tokens, Map.of());
  }

  private static JsonArray entry(String token, double score) {
    JsonArray entry = new JsonArray();
    entry.add(token);
    entry.add(score);
    return entry;
  }

  /** SentencePiece's nmt_nfkc rules and its removal of extra spaces, in the library's own steps. */
  private JsonObject normalizer() {
    JsonObject pattern = new JsonObject();
    pattern.addProperty("Regex", " {2,}");
    JsonObject singleSpaces = Json.typed("Replace");
    singleSpaces.add("pattern", pattern);
    singleSpaces.addProperty("content", " ");
    JsonObject strip = Json.typed("Strip");
    strip.addProperty("strip_left", true);
    strip.addProperty("strip_right", true);
    JsonArray steps = Json.array(Json.typed("Nmt"), Json.typed("NFKC"));
    if (options.lowercase()) {
      steps.add(Json.typed("Lowercase"));
    }
    steps.add(singleSpaces);
    steps.add(strip);
    JsonObject normalizer = Json.typed("Sequence");
    normalizer.add("normalizers", steps);
    return normalizer;
  }

  private static JsonObject metaspace() {
    JsonObject metaspace = Json.typed("Metaspace");
    metaspace.addProperty("replacement", METASPACE);
    metaspace.addProperty("prepend_scheme", "always");
    metaspace.addProperty("split", true);
    return metaspace;
  }

  private static JsonObject byteDecoder() {
    JsonObject pattern = new JsonObject();
    pattern.addProperty("String", METASPACE);
    JsonObject spaces = Json.typed("Replace");
    spaces.add("pattern", pattern);
    spaces.addProperty("content", " ");
    JsonObject strip = Json.typed("Strip");
    strip.addProperty("content", " ");
    strip.addProperty("start", 1);
    strip.addProperty("stop", 0);
    JsonObject decoder = Json.typed("Sequence");
    decoder.add(
        "decoders", Json.array(spaces, Json.typed("ByteFallback"), Json.typed("Fuse"), strip));
    return decoder;
  }

  private JsonObject config() {
    JsonObject config = specialTokensMap();
    config.addProperty("clean_up_tokenization_spaces", false);
    config.addProperty("model_max_length", options.modelMaxLength());
    switch (options.layout()) {
      case T5 -> {
        config.addProperty("extra_ids", 0);
        config.addProperty("tokenizer_class", "T5Tokenizer");
      }
      case XLM_ROBERTA -> config.addProperty("tokenizer_class", "XLMRobertaTokenizer");
      // MarianTokenizer itself reads two SentencePiece models, not tokenizer.json
      case MARIAN -> config.addProperty("tokenizer_class", "PreTrainedTokenizerFast");
    }
    return config;
  }

  private JsonObject specialTokensMap() {
    JsonObject map = new JsonObject();
    if (options.layout() == UnigramLayout.XLM_ROBERTA) {
      map.addProperty("bos_token", "<s>");
      map.addProperty("cls_token", "<s>");
      map.add("mask_token", Json.spaceAbsorbing("<mask>"));
      map.addProperty("sep_token", "</s>");
    }
    map.addProperty("eos_token", "</s>");
    map.addProperty("pad_token", "<pad>");
    map.addProperty("unk_token", UNKNOWN);
    Json.addAdditional(map, options.additionalSpecialTokens());
    return map;
  }
}

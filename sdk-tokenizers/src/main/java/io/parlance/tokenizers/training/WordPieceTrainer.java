package io.parlance.tokenizers.training;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;

/**
 * Trains the tokenizer of BERT: its text cleaning, words split at white space and punctuation, a
 * WordPiece vocabulary. The vocabulary is learned as the Hugging Face library learns it, by merging
 * the most frequent pair of pieces.
 */
public final class WordPieceTrainer implements TokenizerTrainer {
  private static final List<String> SPECIAL_TOKENS =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  /**
   * Words longer than this become {@code [UNK]}; the default of the Hugging Face library and of
   * BERT's own code.
   */
  private static final int LONGEST_WORD = 100;

  private final WordPieceOptions options;

  /** A trainer with the given options. */
  public WordPieceTrainer(WordPieceOptions options) {
    this.options =
        Objects.requireNonNull(options, "options are null; use WordPieceOptions.DEFAULT");
  }

  @Override
  public TrainedTokenizer train(Iterator<String> texts) {
    JsonObject normalizer = normalizer();
    JsonObject preTokenizer = Json.typed("BertPreTokenizer");
    SortedMap<String, Long> words =
        WordCounts.count(texts, WordCounts.Cut.AT_WHITE_SPACE, normalizer, preTokenizer);
    List<String> special = new ArrayList<>(SPECIAL_TOKENS);
    options.additionalSpecialTokens().stream()
        .filter(token -> !special.contains(token))
        .forEach(special::add);
    PairMerges merges =
        new PairMerges(
            options.vocabularySize(), options.minimumFrequency(), options.continuingPrefix());
    merges.learn(words, special, Set.of(), options.alphabetLimit());

    JsonObject tokenizer = Json.tokenizer();
    tokenizer.add("added_tokens", Json.addedTokens(special, merges.tokens()));
    tokenizer.add("normalizer", normalizer);
    tokenizer.add("pre_tokenizer", preTokenizer);
    tokenizer.add(
        "post_processor",
        Json.template("[CLS] A [SEP]", "[CLS] A [SEP] B:1 [SEP]:1", merges.tokens()));
    tokenizer.add("decoder", decoder());
    tokenizer.add("model", model(merges.tokens()));
    Map<String, String> others = new LinkedHashMap<>();
    others.put("vocab.txt", String.join("\n", merges.tokens()) + "\n");
    return new TrainedTokenizer(tokenizer, config(), specialTokensMap(), merges.tokens(), others);
  }

  private JsonObject normalizer() {
    JsonObject normalizer = Json.typed("BertNormalizer");
    normalizer.addProperty("clean_text", true);
    normalizer.addProperty("handle_chinese_chars", options.separateChineseCharacters());
    normalizer.addProperty("strip_accents", options.stripAccents());
    normalizer.addProperty("lowercase", options.lowercase());
    return normalizer;
  }

  private JsonObject decoder() {
    JsonObject decoder = Json.typed("WordPiece");
    decoder.addProperty("prefix", options.continuingPrefix());
    decoder.addProperty("cleanup", true);
    return decoder;
  }

  private JsonObject model(List<String> tokens) {
    JsonObject model = Json.typed("WordPiece");
    model.addProperty("unk_token", "[UNK]");
    model.addProperty("continuing_subword_prefix", options.continuingPrefix());
    model.addProperty("max_input_chars_per_word", LONGEST_WORD);
    model.add("vocab", Json.vocabulary(tokens));
    return model;
  }

  private JsonObject config() {
    JsonObject config = specialTokensMap();
    config.addProperty("clean_up_tokenization_spaces", true);
    config.addProperty("do_lower_case", options.lowercase());
    config.addProperty("model_max_length", options.modelMaxLength());
    config.addProperty("strip_accents", options.stripAccents());
    config.addProperty("tokenize_chinese_chars", options.separateChineseCharacters());
    config.addProperty("tokenizer_class", "BertTokenizer");
    return config;
  }

  private JsonObject specialTokensMap() {
    JsonObject map = new JsonObject();
    map.addProperty("cls_token", "[CLS]");
    map.addProperty("mask_token", "[MASK]");
    map.addProperty("pad_token", "[PAD]");
    map.addProperty("sep_token", "[SEP]");
    map.addProperty("unk_token", "[UNK]");
    Json.addAdditional(map, options.additionalSpecialTokens());
    return map;
  }
}

package io.parlance.tokenizers.training;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Trains the byte-level BPE tokenizer of GPT-2 and RoBERTa: every text can be encoded and is given
 * back exactly.
 */
public final class BytePairTrainer implements TokenizerTrainer {
  private static final String END_OF_TEXT = BytePairLayout.GPT2.specialTokens().get(0);

  private final BytePairOptions options;

  /** A trainer with the given options. */
  public BytePairTrainer(BytePairOptions options) {
    this.options = Objects.requireNonNull(options, "options are null; use BytePairOptions.DEFAULT");
  }

  @Override
  public TrainedTokenizer train(Iterator<String> texts) {
    JsonElement normalizer = options.lowercase() ? Json.typed("Lowercase") : JsonNull.INSTANCE;
    JsonObject preTokenizer = byteLevel(options.addPrefixSpace(), true);
    SortedMap<String, Long> words =
        WordCounts.count(texts, WordCounts.Cut.BEFORE_SINGLE_SPACE, normalizer, preTokenizer);
    List<String> special = new ArrayList<>(options.layout().specialTokens());
    options.additionalSpecialTokens().stream()
        .filter(token -> !special.contains(token))
        .forEach(special::add);
    PairMerges merges = new PairMerges(options.vocabularySize(), options.minimumFrequency(), "");
    merges.learn(words, special, byteAlphabet(), null);
    List<String> tokens = merges.tokens();

    JsonObject tokenizer = Json.tokenizer();
    JsonArray added = Json.addedTokens(special, tokens);
    if (options.layout() == BytePairLayout.ROBERTA) {
      // RoBERTa's mask stands for the space before it as well.
      added.get(special.indexOf("<mask>")).getAsJsonObject().addProperty("lstrip", true);
    }
    tokenizer.add("added_tokens", added);
    tokenizer.add("normalizer", normalizer);
    tokenizer.add("pre_tokenizer", preTokenizer);
    tokenizer.add("post_processor", postProcessor(tokens));
    tokenizer.add("decoder", byteLevel(true, true));
    List<String> written =
        merges.merges().stream().map(merge -> merge.left() + " " + merge.right()).toList();
    tokenizer.add("model", model(tokens, written));
    Map<String, String> others = new LinkedHashMap<>();
    others.put("vocab.json", Json.write(Json.vocabulary(tokens)));
    others.put(
        "merges.txt",
        "#version: 0.2\n"
            + written.stream().map(merge -> merge + "\n").collect(Collectors.joining()));
    return new TrainedTokenizer(tokenizer, config(), specialTokensMap(), tokens, others);
  }

  /**
   * The characters that stand for the 256 bytes, as GPT-2 chose them: printable Latin-1 characters
   * for themselves, the other bytes in order from U+0100.
   */
  private static Set<Integer> byteAlphabet() {
    Set<Integer> alphabet = new TreeSet<>();
    int next = 0x100;
    for (int value = 0; value < 256; value++) {
      boolean printable =
          (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || (value >= 0xAE);
      alphabet.add(printable ? value : next++);
    }
    return alphabet;
  }

  private static JsonObject byteLevel(boolean addPrefixSpace, boolean trimOffsets) {
    JsonObject byteLevel = Json.typed("ByteLevel");
    byteLevel.addProperty("add_prefix_space", addPrefixSpace);
    byteLevel.addProperty("trim_offsets", trimOffsets);
    byteLevel.addProperty("use_regex", true);
    return byteLevel;
  }

  private JsonObject postProcessor(List<String> tokens) {
    if (options.layout() == BytePairLayout.GPT2) {
      return byteLevel(true, false);
    }
    JsonObject processor = Json.typed("RobertaProcessing");
    processor.add("sep", tokenWithId("</s>", tokens));
    processor.add("cls", tokenWithId("<s>", tokens));
    processor.addProperty("trim_offsets", true);
    processor.addProperty("add_prefix_space", options.addPrefixSpace());
    return processor;
  }

  private static JsonArray tokenWithId(String token, List<String> tokens) {
    JsonArray pair = new JsonArray();
    pair.add(token);
    pair.add(tokens.indexOf(token));
    return pair;
  }

  private static JsonObject model(List<String> tokens, List<String> merges) {
    JsonObject model = Json.typed("BPE");
    model.add("dropout", JsonNull.INSTANCE);
    model.add("unk_token", JsonNull.INSTANCE);
    model.add("continuing_subword_prefix", JsonNull.INSTANCE);
    model.add("end_of_word_suffix", JsonNull.INSTANCE);
    model.addProperty("fuse_unk", false);
    model.addProperty("byte_fallback", false);
    model.add("vocab", Json.vocabulary(tokens));
    JsonArray array = new JsonArray(merges.size());
    merges.forEach(array::add);
    model.add("merges", array);
    return model;
  }

  private JsonObject config() {
    JsonObject config = specialTokensMap();
    config.addProperty("add_prefix_space", options.addPrefixSpace());
    config.addProperty("clean_up_tokenization_spaces", false);
    config.addProperty("model_max_length", options.modelMaxLength());
    boolean gpt2 = options.layout() == BytePairLayout.GPT2;
    config.addProperty("tokenizer_class", gpt2 ? "GPT2Tokenizer" : "RobertaTokenizer");
    return config;
  }

  private JsonObject specialTokensMap() {
    JsonObject map = new JsonObject();
    if (options.layout() == BytePairLayout.GPT2) {
      map.addProperty("bos_token", END_OF_TEXT);
      map.addProperty("eos_token", END_OF_TEXT);
      map.addProperty("unk_token", END_OF_TEXT);
    } else {
      map.addProperty("bos_token", "<s>");
      map.addProperty("cls_token", "<s>");
      map.addProperty("eos_token", "</s>");
      map.add("mask_token", Json.spaceAbsorbing("<mask>"));
      map.addProperty("pad_token", "<pad>");
      map.addProperty("sep_token", "</s>");
      map.addProperty("unk_token", "<unk>");
    }
    Json.addAdditional(map, options.additionalSpecialTokens());
    return map;
  }
}

package io.parlance.tokenizers.training;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the words of texts, where a word is what the finished tokenizer's own normalizer and
 * pre-tokenizer make one.
 *
 * <p>They are run by the native library itself, so training and encoding cannot disagree: a
 * tokenizer with this normalizer and pre-tokenizer and a Unigram model that knows no piece returns
 * each word as one unknown token, spelled out. Native calls are spared by cutting texts where a
 * word certainly ends and looking at each distinct cutting once.
 */
final class WordCounts {
  /** Where texts may be cut into pieces that the pre-tokenizer treats independently. */
  enum Cut {
    /** At ASCII white space, which belongs to no word (BERT). */
    AT_WHITE_SPACE,
    /**
     * Before a single space between two visible characters; the space belongs to the piece behind
     * (GPT-2, Metaspace).
     */
    BEFORE_SINGLE_SPACE
  }

  /** The only piece of the model; a noncharacter that no text contains. */
  private static final String UNKNOWN = new String(Character.toChars(0x10FFFF));

  /** The sign that stands for a space in SentencePiece's vocabularies. */
  private static final char METASPACE = '\u2581';

  private WordCounts() {}

  /** Words in their natural order, each with the number of times that it occurs. */
  static TreeMap<String, Long> count(
      Iterator<String> texts, Cut cut, JsonElement normalizer, JsonElement preTokenizer) {
    Map<String, long[]> pieces = new HashMap<>();
    for (int index = 0; texts.hasNext(); index++) {
      String text = texts.next();
      if (text == null) {
        throw new IllegalArgumentException("text " + index + " to train on is null");
      }
      cut(text, cut, pieces);
    }
    TreeMap<String, Long> words = new TreeMap<>();
    byte[] json = splitter(normalizer, preTokenizer).toString().getBytes(StandardCharsets.UTF_8);
    EncodingOptions options = EncodingOptions.DEFAULT.withSpecialTokens(false);
    try (Tokenizer splitter =
        Tokenizer.load("pre-tokenizer", new ByteArrayInputStream(json), null, null)) {
      List<Map.Entry<String, long[]>> distinct = new ArrayList<>(pieces.entrySet());
      List<List<String>> split =
          distinct.parallelStream()
              .map(entry -> splitter.encode(entry.getKey(), options).tokens())
              .toList();
      for (int i = 0; i < split.size(); i++) {
        for (String word : split.get(i)) {
          words.merge(word, distinct.get(i).getValue()[0], Long::sum);
        }
      }
    }
    if (words.isEmpty()) {
      throw new IllegalArgumentException("there is no word in the texts to train on");
    }
    return words;
  }

  /** A tokenizer whose tokens are the words. */
  static JsonObject splitter(JsonElement normalizer, JsonElement preTokenizer) {
    JsonArray piece = new JsonArray();
    piece.add(UNKNOWN);
    piece.add(new JsonPrimitive(0.0));
    JsonArray vocabulary = new JsonArray();
    vocabulary.add(piece);
    JsonObject model = new JsonObject();
    model.addProperty("type", "Unigram");
    model.addProperty("unk_id", 0);
    model.add("vocab", vocabulary);
    JsonObject tokenizer = new JsonObject();
    tokenizer.addProperty("version", "1.0");
    tokenizer.add("added_tokens", new JsonArray());
    tokenizer.add("normalizer", normalizer);
    tokenizer.add("pre_tokenizer", preTokenizer);
    tokenizer.add("post_processor", JsonNull.INSTANCE);
    tokenizer.add("decoder", JsonNull.INSTANCE);
    tokenizer.add("model", model);
    return tokenizer;
  }

  private static void cut(String text, Cut cut, Map<String, long[]> pieces) {
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (cut == Cut.AT_WHITE_SPACE) {
        if (unit == ' ' || unit == '\n' || unit == '\t' || unit == '\r') {
          add(text.substring(start, i), pieces);
          start = i + 1;
        }
      } else if (unit == ' ' && i > 0 && isVisible(text, i - 1) && isVisible(text, i + 1)) {
        add(text.substring(start, i), pieces);
        start = i;
      }
    }
    add(text.substring(start), pieces);
  }

  /** Whether a character is sure not to be white space to any normalizer or pre-tokenizer. */
  private static boolean isVisible(String text, int index) {
    if (index >= text.length()) {
      return false;
    }
    char unit = text.charAt(index);
    return !Character.isWhitespace(unit)
        && !Character.isSpaceChar(unit)
        && !Character.isISOControl(unit)
        && Character.getType(unit) != Character.FORMAT
        && unit != METASPACE
        && unit != '\uFFFD'; // these two become spaces in SentencePiece's normalizer
  }

  private static void add(String piece, Map<String, long[]> pieces) {
    if (!piece.isEmpty()) {
      pieces.computeIfAbsent(piece, unseen -> new long[1])[0]++;
    }
  }
}

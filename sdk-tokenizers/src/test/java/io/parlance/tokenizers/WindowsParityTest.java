package io.parlance.tokenizers;

import static io.parlance.tokenizers.ReferenceParityTest.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Truncation and overflowing windows against those of the Hugging Face library 0.22.2: single texts
 * and pairs, all strategies, both sides, with and without special tokens, several lengths and
 * strides. The RoBERTa tokenizer is one that trims offsets, whose windows start with a peculiarity.
 */
class WindowsParityTest {
  @ParameterizedTest
  @ValueSource(strings = {"bert", "llama", "roberta", "t5"})
  void equalTheReference(String name) throws IOException {
    int windows = 0;
    try (Tokenizer tokenizer = Tokenizer.load(TestFiles.path("tokenizers/" + name))) {
      for (JsonElement element : cases()) {
        JsonObject expected = element.getAsJsonObject();
        if (expected.get("tokenizer").getAsString().equals(name)) {
          windows += verify(tokenizer, expected);
        }
      }
    }
    assertThat(windows).isGreaterThan(400);
  }

  private static JsonArray cases() throws IOException {
    try (Reader reader =
        new InputStreamReader(
            new GZIPInputStream(Files.newInputStream(TestFiles.path("tokenizers/windows.json.gz"))),
            StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(reader).getAsJsonArray();
    }
  }

  private static int verify(Tokenizer tokenizer, JsonObject expected) {
    List<String> texts = new ArrayList<>();
    expected.getAsJsonArray("texts").forEach(text -> texts.add(text.getAsString()));
    EncodingOptions options =
        EncodingOptions.DEFAULT
            .withSpecialTokens(expected.get("special").getAsBoolean())
            .withTruncation(
                Truncation.valueOf(expected.get("strategy").getAsString().toUpperCase(Locale.ROOT)),
                expected.get("max_length").getAsInt())
            .withStride(expected.get("stride").getAsInt())
            .withTruncationSide(
                Side.valueOf(expected.get("direction").getAsString().toUpperCase(Locale.ROOT)));
    if (expected.has("error")) {
      assertThatThrownBy(() -> encode(tokenizer, texts, options))
          .as(expected.toString())
          .isInstanceOf(IllegalArgumentException.class);
      return 0;
    }
    Encoding encoding = encode(tokenizer, texts, options);
    List<Encoding> windows = new ArrayList<>(List.of(encoding));
    windows.addAll(encoding.overflow());
    JsonArray expectedWindows = expected.getAsJsonArray("windows");
    assertThat(windows).as(expected.toString()).hasSameSizeAs(expectedWindows);
    for (int i = 0; i < windows.size(); i++) {
      verifyWindow(
          windows.get(i),
          expectedWindows.get(i).getAsJsonObject(),
          texts,
          expected.toString(),
          i == 0 || expected.get("tokenizer").getAsString().equals("bert"));
      assertThat(windows.get(i).truncated()).isEqualTo(windows.size() > 1);
      assertThat(windows.get(i).length()).isLessThanOrEqualTo(options.maxLength());
    }
    return windows.size();
  }

  private static Encoding encode(Tokenizer tokenizer, List<String> texts, EncodingOptions options) {
    return texts.size() == 1
        ? tokenizer.encode(texts.get(0), options)
        : tokenizer.encode(texts.get(0), texts.get(1), options);
  }

  private static void verifyWindow(
      Encoding window,
      JsonObject expected,
      List<String> texts,
      String what,
      boolean compareTypeIds) {
    assertThat(window.ids()).as(what).isEqualTo(ints(expected.get("ids")));
    if (compareTypeIds) {
      assertThat(window.typeIds()).as(what).isEqualTo(ints(expected.get("type_ids")));
    }
    assertThat(window.wordIds()).as(what).isEqualTo(ints(expected.get("word_ids")));
    assertThat(window.sequenceIds()).as(what).isEqualTo(ints(expected.get("sequence_ids")));
    assertThat(window.specialTokensMask()).as(what).isEqualTo(ints(expected.get("special")));
    JsonArray offsets = expected.getAsJsonArray("offsets");
    for (int token = 0; token < window.length(); token++) {
      int[] span = ints(offsets.get(token));
      String text = texts.get(Math.max(0, window.sequenceId(token)));
      assertThat(window.start(token)).as(what).isEqualTo(text.offsetByCodePoints(0, span[0]));
      assertThat(window.end(token)).as(what).isEqualTo(text.offsetByCodePoints(0, span[1]));
    }
  }
}

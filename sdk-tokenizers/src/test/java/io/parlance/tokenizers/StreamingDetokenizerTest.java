package io.parlance.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamingDetokenizerTest {
  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "wordpiece-cased"})
  void piecesMakeUpTheReferencesText(String name) throws IOException {
    assertThat(verify(TestFiles.path("streaming"), "cases.json", name)).isGreaterThan(70);
  }

  /** Checks the cases of one tokenizer and returns their number. */
  static int verify(Path folder, String casesFile, String name) throws IOException {
    JsonObject fixture =
        JsonParser.parseString(Files.readString(folder.resolve(casesFile))).getAsJsonObject();
    int checked = 0;
    try (Tokenizer tokenizer = Tokenizer.load(folder.resolve(name))) {
      for (JsonElement element : fixture.getAsJsonArray("cases")) {
        JsonObject test = element.getAsJsonObject();
        if (!test.get("tokenizer").getAsString().equals(name)) {
          continue;
        }
        StreamingDetokenizer detokenizer =
            new StreamingDetokenizer(
                tokenizer,
                test.get("skip_special_tokens").getAsBoolean(),
                test.get("clean_up_tokenization_spaces").getAsBoolean());
        verify(
            detokenizer,
            ReferenceParityTest.ints(test.get("ids")),
            test.get("text").getAsString(),
            test.get("name").getAsString());
        checked++;
      }
    }
    return checked;
  }

  /** Every piece must be what the whole text has at its place, and no character may be cut. */
  private static void verify(
      StreamingDetokenizer detokenizer, int[] ids, String expected, String name) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(detokenizer.add(id));
      assertThat(expected).as(name).startsWith(text);
      if (!text.isEmpty()) {
        assertThat(Character.isHighSurrogate(text.charAt(text.length() - 1))).isFalse();
      }
    }
    assertThat(text.append(detokenizer.finish())).as(name).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "streaming/byte-level",
        "streaming/metaspace",
        "streaming/wordpiece-cased",
        "tokenizers/bert",
        "tokenizers/gpt2",
        "tokenizers/llama",
        "tokenizers/t5"
      })
  void anyTokensInAnyOrderGiveWhatDecodingThemAtOnceGives(String name) {
    try (Tokenizer tokenizer = Tokenizer.load(TestFiles.path(name))) {
      Random random = new Random(7);
      for (int round = 0; round < 60; round++) {
        boolean skip = round % 2 == 0;
        boolean clean = round % 3 == 0;
        int[] ids = new int[1 + random.nextInt(200)];
        for (int i = 0; i < ids.length; i++) {
          ids[i] = random.nextInt(tokenizer.vocabularySize());
        }
        String whole = tokenizer.decode(ids, skip);
        verify(
            new StreamingDetokenizer(tokenizer, skip, clean),
            ids,
            clean ? Tokenizer.cleanUpTokenizationSpaces(whole) : whole,
            name + " " + round);
      }
    }
  }

  /** Byte tokens decode as runs: one bad byte makes the whole run unreadable. */
  @Test
  void runsOfByteTokensAreGivenWhenTheyAreOver() {
    StringBuilder vocabulary = new StringBuilder("\"<unk>\":0,\"</s>\":1,\"\u2581a\":2,\"b\":3");
    for (int value = 0; value < 256; value++) {
      vocabulary.append(String.format(",\"<0x%02X>\":%d", value, value + 4));
    }
    String json =
        "{\"version\":\"1.0\",\"added_tokens\":[{\"id\":1,\"content\":\"</s>\",\"special\":true,"
            + "\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false}],"
            + "\"decoder\":{\"type\":\"Sequence\",\"decoders\":["
            + "{\"type\":\"Replace\",\"pattern\":{\"String\":\"\u2581\"},\"content\":\" \"},"
            + "{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"},"
            + "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]},"
            + "\"model\":{\"type\":\"WordLevel\",\"unk_token\":\"<unk>\",\"vocab\":{"
            + vocabulary
            + "}}}";
    try (Tokenizer tokenizer = Tokenizer.load("bytes", stream(json), null, null)) {
      StreamingDetokenizer detokenizer = new StreamingDetokenizer(tokenizer, true);
      assertThat(detokenizer.add(2)).isEqualTo("a");
      for (byte value : "東京".getBytes(StandardCharsets.UTF_8)) {
        assertThat(detokenizer.add((value & 0xff) + 4)).isEmpty();
      }
      assertThat(detokenizer.add(1)).isEmpty();
      assertThat(detokenizer.add(3)).isEqualTo("東京b");
      assertThat(detokenizer.finish()).isEmpty();
      Random random = new Random(11);
      int[] pool = {1, 2, 3, 0xE6 + 4, 0x9D + 4, 0xB1 + 4, 0x41 + 4, 0xF0 + 4, 0x20 + 4};
      for (int round = 0; round < 300; round++) {
        int[] ids = random.ints(1 + random.nextInt(60), 0, pool.length).map(i -> pool[i]).toArray();
        boolean skip = round % 2 == 0;
        verify(
            new StreamingDetokenizer(tokenizer, skip),
            ids,
            tokenizer.decode(ids, skip),
            "round " + round);
      }
    }
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void plainTextIsGivenAtOnce() {
    try (Tokenizer tokenizer = Tokenizer.load(TestFiles.path("streaming/byte-level"))) {
      StreamingDetokenizer detokenizer = new StreamingDetokenizer(tokenizer, true);
      for (int id : tokenizer.encode("She lives in a house").ids()) {
        assertThat(detokenizer.add(id)).isEqualTo(tokenizer.decode(new int[] {id}, true));
      }
      assertThat(detokenizer.finish()).isEmpty();
    }
  }

  @Test
  void theWorkForATokenDoesNotGrowWithTheText() {
    try (Tokenizer tokenizer = Tokenizer.load(TestFiles.path("streaming/byte-level"))) {
      StreamingDetokenizer detokenizer = new StreamingDetokenizer(tokenizer, true, true);
      int[] ids = tokenizer.encode("José 😀🚀 lives in 東京 . ".repeat(500)).ids();
      int most = 0;
      for (int id : ids) {
        detokenizer.add(id);
        most = Math.max(most, detokenizer.contextTokens());
      }
      assertThat(ids.length).isGreaterThan(10_000);
      assertThat(most).isLessThan(20);
    }
  }

  @Test
  void oneDetokenizerServesOneSequenceAfterTheOther() {
    try (Tokenizer tokenizer = Tokenizer.load(TestFiles.path("tokenizers/t5"))) {
      StreamingDetokenizer detokenizer = new StreamingDetokenizer(tokenizer, true);
      int[] ids = tokenizer.encode("a house").ids();
      verify(detokenizer, ids, tokenizer.decode(ids, true), "first");
      verify(detokenizer, ids, tokenizer.decode(ids, true), "second");
      assertThat(detokenizer.finish()).isEmpty();
    }
  }

  @Test
  void negativeIdsAreRefused() {
    try (Tokenizer tokenizer = Tokenizer.load(TestFiles.path("tokenizers/t5"))) {
      assertThatThrownBy(() -> new StreamingDetokenizer(tokenizer, true).add(-1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("token id -1");
    }
  }

  /** All texts of up to 7 letters of the patterns, in all ways to cut them into single letters. */
  @Test
  void cleanUpInPiecesEqualsCleanUpAtOnce() {
    String letters = " 'nt.ve";
    int length = 7;
    int count = (int) Math.pow(letters.length(), length);
    SpaceCleanup cleanup = new SpaceCleanup();
    for (int number = 0; number < count; number++) {
      StringBuilder text = new StringBuilder();
      StringBuilder cleaned = new StringBuilder();
      for (int i = 0, rest = number; i < length; i++, rest /= letters.length()) {
        char letter = letters.charAt(rest % letters.length());
        text.append(letter);
        cleaned.append(cleanup.add(String.valueOf(letter)));
      }
      cleaned.append(cleanup.finish());
      String expected = Tokenizer.cleanUpTokenizationSpaces(text.toString());
      if (!expected.contentEquals(cleaned)) {
        assertThat(cleaned.toString()).as("'" + text + "'").isEqualTo(expected);
      }
    }
  }
}

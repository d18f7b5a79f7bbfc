package io.parlance.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  private static Tokenizer tokenizer(String name) {
    return Tokenizer.load(TestFiles.path("tokenizers/" + name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2", "llama", "t5"})
  void offsetsCountUtf16UnitsOfTheOriginalText(String name) {
    String text = "a 😀👍🏽 e\u0301 ﬁ \uD800 b\uDC00\u0000c 𝒳y";
    try (Tokenizer tokenizer = tokenizer(name)) {
      Encoding encoding = tokenizer.encode(text);
      assertThat(textOf(encoding, text, "y")).isEqualTo("y");
      for (int token = 0; token < encoding.length(); token++) {
        assertThat(encoding.start(token)).isBetween(0, encoding.end(token));
        assertThat(encoding.end(token)).isLessThanOrEqualTo(text.length());
        assertThat(splitsSurrogatePair(text, encoding.start(token))).isFalse();
        assertThat(splitsSurrogatePair(text, encoding.end(token))).isFalse();
      }
    }
  }

  /** The part of the text that the last token ending in {@code ending} covers. */
  private static String textOf(Encoding encoding, String text, String ending) {
    for (int token = encoding.length() - 1; token >= 0; token--) {
      if (encoding.token(token).endsWith(ending)) {
        return text.substring(encoding.start(token), encoding.end(token));
      }
    }
    return "[UNK]".equals(encoding.token(encoding.length() - 2)) ? ending : "none";
  }

  private static boolean splitsSurrogatePair(String text, int index) {
    return index > 0
        && index < text.length()
        && Character.isHighSurrogate(text.charAt(index - 1))
        && Character.isLowSurrogate(text.charAt(index));
  }

  @Test
  void loneSurrogatesCountAsReplacementCharacters() {
    try (Tokenizer tokenizer = tokenizer("gpt2")) {
      assertThat(tokenizer.encode("x\uD800y\uDFFFz"))
          .isEqualTo(tokenizer.encode("x\uFFFDy\uFFFDz"));
      assertThat(tokenizer.encode("\uDC00\uD83D\uDE00\uD83D"))
          .isEqualTo(tokenizer.encode("\uFFFD\uD83D\uDE00\uFFFD"));
      assertThat(tokenizer.decode(tokenizer.encode("a\uD800b").ids(), true)).isEqualTo("a\uFFFDb");
    }
  }

  @Test
  void nulCharactersPass() {
    try (Tokenizer bert = tokenizer("bert");
        Tokenizer gpt2 = tokenizer("gpt2")) {
      Encoding encoding = bert.encode("the\u0000 dog");
      assertThat(encoding.tokens()).containsExactly("[CLS]", "the", "dog", "[SEP]");
      assertThat(encoding.start(2)).isEqualTo(5);
      assertThat(gpt2.decode(gpt2.encode("a\u0000b\u0000").ids(), true))
          .isEqualTo("a\u0000b\u0000");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2", "llama", "t5"})
  void aMegabyteAndNothingAreTexts(String name) {
    try (Tokenizer tokenizer = tokenizer(name)) {
      assertThat(tokenizer.encode("", EncodingOptions.DEFAULT.withSpecialTokens(false)).length())
          .isZero();
      String sentence = "The lazy dog, 😀 naïve. ";
      String text = sentence.repeat(1_000_000 / sentence.length());
      Encoding cut =
          tokenizer.encode(text, EncodingOptions.truncated(64).withTruncationSide(Side.LEFT));
      assertThat(cut.length()).isEqualTo(64);
      assertThat(cut.truncated()).isTrue();
      assertThat(cut.untruncatedLength()).isGreaterThan(100_000);
      // Byte-level tokenizers keep the space at the end as a token.
      assertThat(Arrays.stream(cut.ends()).max().getAsInt())
          .isBetween(text.length() - 1, text.length());
      assertThat(tokenizer.encode("x".repeat(1_000_000)).length()).isPositive();
    }
  }

  @Test
  void windowsTogetherCoverTheText() {
    try (Tokenizer tokenizer = tokenizer("gpt2")) {
      Encoding whole = tokenizer.encode("The quick brown fox jumps over the lazy dog");
      Encoding first =
          tokenizer.encode(
              "The quick brown fox jumps over the lazy dog",
              EncodingOptions.truncated(8).withStride(3));
      List<Integer> ids = new ArrayList<>(Arrays.stream(first.ids()).boxed().toList());
      for (Encoding window : first.overflow()) {
        Arrays.stream(window.ids()).skip(3).forEach(ids::add);
      }
      assertThat(ids).isEqualTo(Arrays.stream(whole.ids()).boxed().toList());
    }
  }

  @Test
  void batchEqualsSingle() {
    try (Tokenizer tokenizer = tokenizer("bert")) {
      List<String> texts = List.of("The dog", "", "naïve café 😀");
      assertThat(tokenizer.encodeAll(texts))
          .isEqualTo(texts.stream().map(tokenizer::encode).toList());
      List<TextPair> pairs = List.of(new TextPair("a", "b"), new TextPair("the dog", "over"));
      assertThat(tokenizer.encodePairs(pairs, EncodingOptions.DEFAULT))
          .isEqualTo(
              pairs.stream().map(pair -> tokenizer.encode(pair.first(), pair.second())).toList());
    }
  }

  @Test
  void refusesNullAndImpossibleLengths() {
    try (Tokenizer tokenizer = tokenizer("bert")) {
      assertThatThrownBy(() -> tokenizer.encodeAll(Arrays.asList("a", null)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("text 1 is null; pass an empty string for no text");
      assertThatThrownBy(() -> tokenizer.encode("the dog", EncodingOptions.truncated(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("maximum length 2 leaves no room for text beside 2 special tokens");
      assertThatThrownBy(() -> tokenizer.decode(new int[] {-1}, true))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("token id -1 is not between 0 and 525");
      assertThat(tokenizer.decode(new int[] {1_000_000}, true)).isEmpty();
    }
  }

  @Test
  void readsTheConfiguration() {
    try (Tokenizer tokenizer = tokenizer("bert")) {
      assertThat(tokenizer.modelMaxLength()).hasValue(64);
      assertThat(tokenizer.vocabularySize()).isEqualTo(526);
      assertThat(tokenizer.padTokenId()).hasValue(0);
      assertThat(tokenizer.unknownTokenId()).hasValue(4);
      assertThat(tokenizer.classificationTokenId()).hasValue(5);
      assertThat(tokenizer.separatorTokenId()).hasValue(6);
      assertThat(tokenizer.maskTokenId()).hasValue(7);
      assertThat(tokenizer.beginningTokenId()).isEmpty();
      assertThat(tokenizer.idToToken(7)).isEqualTo("[MASK]");
      assertThat(tokenizer.idToToken(526)).isNull();
      assertThat(tokenizer.tokenToId("nothing like it")).isEmpty();
    }
    try (Tokenizer tokenizer = tokenizer("t5")) {
      assertThat(tokenizer.specialTokens().additional()).hasSize(20);
      assertThat(tokenizer.tokenToId("<extra_id_0>")).hasValue(516);
    }
  }

  @Test
  void specialTokensMayBeObjectsAndHugeLengthsMeanUnlimited(@TempDir Path folder)
      throws IOException {
    Files.copy(TestFiles.path("tokenizers/gpt2/tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"model_max_length\": 1000000000000000019884624838656, \"padding_side\": \"left\","
            + " \"eos_token\": {\"content\": \"<|endoftext|>\", \"lstrip\": false}, \"bos_token\":"
            + " null}");
    Files.writeString(
        folder.resolve("special_tokens_map.json"), "{\"pad_token\": {\"content\": \"!\"}}");
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.modelMaxLength()).isEmpty();
      assertThat(tokenizer.endTokenId()).hasValue(706);
      assertThat(tokenizer.beginningTokenId()).isEmpty();
      assertThat(tokenizer.padTokenId()).hasValue(tokenizer.tokenToId("!").getAsInt());
      assertThat(tokenizer.padding().side()).isEqualTo(Side.LEFT);
    }
  }

  @Test
  void truncationAndPaddingInTheFileAreNotApplied(@TempDir Path folder) throws IOException {
    String json = Files.readString(TestFiles.path("tokenizers/bert/tokenizer.json"));
    String baked =
        json.replaceFirst(
                "\"truncation\":\\s*null",
                "\"truncation\":{\"direction\":\"Right\",\"max_length\":5,\"strategy\":\"LongestFirst\",\"stride\":0}")
            .replaceFirst(
                "\"padding\":\\s*null",
                "\"padding\":{\"strategy\":{\"Fixed\":9},\"direction\":\"Right\",\"pad_to_multiple_of\":null,"
                    + "\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"[PAD]\"}");
    assertThat(baked).isNotEqualTo(json);
    Files.writeString(folder.resolve("tokenizer.json"), baked);
    try (Tokenizer tokenizer = Tokenizer.load(folder.resolve("tokenizer.json"));
        Tokenizer plain = tokenizer("bert")) {
      for (String text : List.of("a", "The quick brown fox jumps over the lazy dog")) {
        assertThat(tokenizer.encode(text)).isEqualTo(plain.encode(text));
      }
    }
  }

  @Test
  void brokenFilesAreNamedWithTheReason(@TempDir Path folder) throws IOException {
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("has no tokenizer.json");
    Path file = folder.resolve("tokenizer.json");
    assertThatThrownBy(() -> Tokenizer.load(file)).hasMessageContaining("does not exist");
    long before = Tokenizer.liveNativeHandles();
    String good = Files.readString(TestFiles.path("tokenizers/bert/tokenizer.json"));
    for (String broken :
        List.of(
            "",
            "[]",
            "{}",
            "{\"model\":{}}",
            "not json",
            good.substring(0, good.length() / 2),
            good.replace("\"type\":\"WordPiece\"", "\"type\":\"Nothing\"")
                .replace("\"WordPiece\"", "\"Nothing\""),
            "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":\"b\"}}}",
            "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":2000000000}}}")) {
      Files.writeString(file, broken);
      assertThatThrownBy(() -> Tokenizer.load(folder))
          .as(broken)
          .isInstanceOf(TokenizerException.class)
          .hasMessageContaining(file + " is not a usable tokenizer.json: ");
    }
    Files.writeString(file, good);
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"model_max_length\": [1");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("tokenizer_config.json is not valid JSON");
    assertThat(Tokenizer.liveNativeHandles()).isEqualTo(before);
  }

  /** The native library would end the process when it met one of these templates. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "\"SpecialToken\":{\"id\":\"[CLS]\"|\"SpecialToken\":{\"id\":\"[CLX]\"|template 'single'"
            + " uses '[CLX]'",
        "\"Sequence\":{\"id\":\"A\"|\"Sequence\":{\"id\":\"B\"|uses the sequence 'B'",
        "\"ids\":[5]|\"ids\":[5,6]|'[CLS]' has 2 ids but 1 tokens"
      })
  void templatesThatNativeCodeWouldNotSurviveAreRefused(String part, String broken, String reason)
      throws IOException {
    String good =
        JsonParser.parseString(Files.readString(TestFiles.path("tokenizers/bert/tokenizer.json")))
            .toString();
    String json = good.replaceFirst(Pattern.quote(part), Matcher.quoteReplacement(broken));
    assertThat(json).isNotEqualTo(good);
    assertThatThrownBy(
            () ->
                Tokenizer.load(
                    "broken",
                    new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
                    null,
                    null))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void closingIsIdempotentAndFinal() {
    long before = Tokenizer.liveNativeHandles();
    Tokenizer tokenizer = tokenizer("bert");
    assertThat(Tokenizer.liveNativeHandles()).isEqualTo(before + 1);
    tokenizer.close();
    tokenizer.close();
    assertThat(Tokenizer.liveNativeHandles()).isEqualTo(before);
    assertThatThrownBy(() -> tokenizer.encode("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("tokenizer.json is closed");
    assertThatThrownBy(() -> tokenizer.decode(new int[] {1}, true))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closingWaitsForCallsInFlight() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 20; round++) {
        Tokenizer tokenizer = tokenizer("bert");
        Encoding expected = tokenizer.encode("The quick brown fox");
        List<Future<Integer>> calls =
            IntStream.range(0, 8)
                .mapToObj(thread -> threads.submit(() -> encodeUntilClosed(tokenizer, expected)))
                .toList();
        assertThat(tokenizer.encode("The quick brown fox")).isEqualTo(expected);
        tokenizer.close();
        for (Future<Integer> call : calls) {
          assertThat(call.get()).isNotNegative();
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  private static int encodeUntilClosed(Tokenizer tokenizer, Encoding expected) {
    int calls = 0;
    try {
      for (; calls < 1_000_000; calls++) {
        assertThat(tokenizer.encode("The quick brown fox")).isEqualTo(expected);
      }
    } catch (IllegalStateException closed) {
      assertThat(closed).hasMessageContaining("is closed");
    }
    return calls;
  }

  @Test
  void cleansUpSpacesAsTransformersDoes() {
    assertThat(
            Tokenizer.cleanUpTokenizationSpaces(
                "it ' s john 's ; they do n't , do they ? ( we 've ) !"))
        .isEqualTo("it's john's ; they don't, do they? ( we've )!");
  }

  @Test
  void loadsFromStreams() throws IOException {
    byte[] json = Files.readAllBytes(TestFiles.path("tokenizers/gpt2/tokenizer.json"));
    byte[] config = "{\"model_max_length\": 7}".getBytes(StandardCharsets.UTF_8);
    try (Tokenizer tokenizer =
        Tokenizer.load(
            "classpath:gpt2",
            new ByteArrayInputStream(json),
            new ByteArrayInputStream(config),
            null)) {
      assertThat(tokenizer.modelMaxLength()).hasValue(7);
      assertThat(tokenizer.decode(tokenizer.encode("Hello world!").ids(), true))
          .isEqualTo("Hello world!");
    }
  }
}

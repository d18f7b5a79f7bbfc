package io.parlance.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every field of every case that the Hugging Face library computed. */
class ReferenceParityTest {
  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2", "llama", "t5"})
  void equalsTheReference(String name) throws IOException {
    assertThat(verify(TestFiles.path("tokenizers/" + name))).isGreaterThan(20);
  }

  /** Checks all cases of a folder and returns their number. */
  static int verify(Path folder) throws IOException {
    JsonObject cases =
        JsonParser.parseString(Files.readString(folder.resolve("cases.json"))).getAsJsonObject();
    int checked = 0;
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      for (JsonElement element : cases.getAsJsonArray("single")) {
        JsonObject expected = element.getAsJsonObject();
        String text = expected.get("text").getAsString();
        verifySingle(tokenizer, expected, text);
        checked++;
      }
      for (JsonElement element : cases.getAsJsonArray("pairs")) {
        JsonObject expected = element.getAsJsonObject();
        String text = expected.get("text").getAsString();
        String pair = expected.get("text_pair").getAsString();
        verifyColumns(tokenizer.encode(text, pair), expected, text, pair);
        checked++;
      }
    }
    return checked;
  }

  private static void verifySingle(Tokenizer tokenizer, JsonObject expected, String text) {
    Encoding encoding = tokenizer.encode(text);
    verifyColumns(encoding, expected, text, "");
    Encoding plain = tokenizer.encode(text, EncodingOptions.DEFAULT.withSpecialTokens(false));
    assertThat(plain.ids()).isEqualTo(ints(expected.get("input_ids_without_special_tokens")));
    assertThat(plain.specialTokensMask()).isEqualTo(new int[plain.length()]);
    if (expected.has("decoded")) { // the reference does not decode an empty encoding
      assertThat(tokenizer.decode(encoding.ids(), true))
          .isEqualTo(expected.get("decoded").getAsString());
      assertThat(tokenizer.decode(encoding.ids(), false))
          .isEqualTo(expected.get("decoded_with_special").getAsString());
      assertThat(tokenizer.decodeTokens(spellings(tokenizer, encoding)))
          .isEqualTo(expected.get("decoded_with_special").getAsString());
    }
  }

  /** From the vocabulary: a Unigram encoding has the text itself where it is unknown. */
  private static List<String> spellings(Tokenizer tokenizer, Encoding encoding) {
    return Arrays.stream(encoding.ids())
        .mapToObj(id -> Objects.requireNonNull(tokenizer.idToToken(id)))
        .toList();
  }

  private static void verifyColumns(
      Encoding encoding, JsonObject expected, String text, String pair) {
    assertThat(encoding.ids()).as(text).isEqualTo(ints(expected.get("input_ids")));
    assertThat(encoding.typeIds()).isEqualTo(ints(expected.get("token_type_ids")));
    assertThat(encoding.attentionMask()).isEqualTo(ints(expected.get("attention_mask")));
    assertThat(encoding.specialTokensMask()).isEqualTo(ints(expected.get("special_tokens_mask")));
    List<String> tokens = new ArrayList<>();
    expected.getAsJsonArray("tokens").forEach(token -> tokens.add(token.getAsString()));
    assertThat(encoding.tokens()).isEqualTo(tokens);
    JsonArray offsets = expected.getAsJsonArray("offsets");
    for (int token = 0; token < encoding.length(); token++) {
      int[] span = ints(offsets.get(token));
      String source = encoding.sequenceId(token) == 1 ? pair : text;
      assertThat(encoding.start(token)).as(text).isEqualTo(source.offsetByCodePoints(0, span[0]));
      assertThat(encoding.end(token)).as(text).isEqualTo(source.offsetByCodePoints(0, span[1]));
    }
  }

  static int[] ints(JsonElement array) {
    int[] values = new int[array.getAsJsonArray().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.getAsJsonArray().get(i).getAsInt();
    }
    return values;
  }
}

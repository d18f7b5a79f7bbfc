package io.parlance.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of tokens are held against what the native library decodes. */
class TokenBytesTest {
  private static final List<String> TEXTS =
      List.of(
          "Hello, world! It's 3 o'clock.",
          "caf\u00e9 na\u00efve \u4e2d\u6587 \ud83d\ude00 {\"a\": [1, 2]}",
          "  two  spaces\tand a tab\n",
          "don't do not ##x <unk> \u2581 _");

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2", "llama", "roberta", "t5"})
  void theBytesOfAllTokensAreThoseOfTheText(String name) {
    try (Tokenizer tokenizer = Tokenizer.load(TestFiles.path("tokenizers/" + name))) {
      TokenBytes bytes = tokenizer.tokenBytes();
      assertThat(bytes.size()).isEqualTo(tokenizer.vocabularySize());
      for (String text : TEXTS) {
        int[] ids = tokenizer.encode(text).ids();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int id : ids) {
          byte[] each = all.size() == 0 ? bytes.first(id) : bytes.later(id);
          all.writeBytes(each == null ? new byte[0] : each);
        }
        int unknown = tokenizer.unknownTokenId().orElse(-1);
        if (Arrays.stream(ids).noneMatch(id -> id == unknown)) {
          assertThat(all.toString(StandardCharsets.UTF_8)).isEqualTo(tokenizer.decode(ids, true));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2", "llama", "roberta", "t5"})
  void aTokenAddsItsBytesToAnyOther(String name) {
    try (Tokenizer tokenizer = Tokenizer.load(TestFiles.path("tokenizers/" + name))) {
      TokenBytes bytes = tokenizer.tokenBytes();
      int before =
          tokenizer.encode("a").ids()[name.equals("bert") || name.equals("roberta") ? 1 : 0];
      for (int id = 0; id < bytes.size(); id++) {
        byte[] first = bytes.first(id);
        byte[] later = bytes.later(id);
        String one = tokenizer.decode(new int[] {id}, true);
        if (first == null || later == null) {
          continue;
        }
        assertThat(new String(first, StandardCharsets.UTF_8)).as("token %d", id).isEqualTo(one);
        String both = tokenizer.decode(new int[] {before, id}, true);
        byte[] start = bytes.first(before);
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.writeBytes(start == null ? new byte[0] : start);
        joined.writeBytes(later);
        assertThat(joined.toString(StandardCharsets.UTF_8)).as("token %d", id).isEqualTo(both);
      }
    }
  }
}

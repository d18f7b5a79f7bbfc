package io.parlance.tokenizers.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.training.WordCounts.Cut;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts are cut before they are pre-tokenized; the words must be those of the uncut text. */
class WordCountsTest {
  private static final String[] PARTS = {
    " ", "  ", "\n", "\t", "\r\n", "\u00A0", "\u3000", "\u200B", "\u0085", "a", "Bc", "é",
    "e\u0301", "\u0301", "ﬁ", "中", "😀", "'s", "'", "12", "½", ".", "…", "\u0000", "▁", "Ġ", "ſ",
    "İ", "\uFFFD", "\u00AD", "\u1680", "\u2028"
  };

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "AT_WHITE_SPACE|{'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,'strip_accents':null,'lowercase':true}|{'type':'BertPreTokenizer'}",
        "AT_WHITE_SPACE|{'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,'strip_accents':null,'lowercase':false}|{'type':'BertPreTokenizer'}",
        "BEFORE_SINGLE_SPACE|null|{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,'use_regex':true}",
        "BEFORE_SINGLE_SPACE|{'type':'Lowercase'}|{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':true}",
        "BEFORE_SINGLE_SPACE|{'type':'Sequence','normalizers':[{'type':'Nmt'},{'type':'NFKC'},{'type':'Replace','pattern':{'Regex':'"
            + " {2,}'},'content':'"
            + " '},{'type':'Strip','strip_left':true,'strip_right':true}]}|{'type':'Metaspace','replacement':'▁','prepend_scheme':'always','split':true}"
      })
  void cuttingChangesNothing(Cut cut, String normalizer, String preTokenizer) {
    JsonElement normalize = JsonParser.parseString(normalizer);
    JsonElement split = JsonParser.parseString(preTokenizer);
    Random random = new Random(5);
    String json = WordCounts.splitter(normalize, split).toString();
    try (Tokenizer splitter =
        Tokenizer.load(
            "splitter",
            new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
            null,
            null)) {
      for (int round = 0; round < 1000; round++) {
        StringBuilder text = new StringBuilder("x");
        for (int part = random.nextInt(12); part >= 0; part--) {
          text.append(PARTS[random.nextInt(PARTS.length)]);
        }
        Map<String, Long> expected = new TreeMap<>();
        splitter
            .encode(text.toString(), EncodingOptions.DEFAULT.withSpecialTokens(false))
            .tokens()
            .forEach(word -> expected.merge(word, 1L, Long::sum));
        assertThat(WordCounts.count(List.of(text.toString()).iterator(), cut, normalize, split))
            .as(text.codePoints().mapToObj(Integer::toHexString).toList().toString())
            .isEqualTo(expected);
      }
    }
  }
}

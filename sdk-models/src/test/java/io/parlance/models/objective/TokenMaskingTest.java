package io.parlance.models.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenMaskingTest {

  private static final int MASK = 4;
  private static final int VOCABULARY = 30_000;
  private static final TokenMasking BERT =
      TokenMasking.bert(MASK, VOCABULARY).maximumPredictions(20);

  @ParameterizedTest
  @CsvSource({
    "single_tokens, 128, 0, false",
    "whole_word_30_percent_continuations, 128, 0.3, true",
    "length_40, 40, 0, false",
    "long_capped, 300, 0, false"
  })
  void countsAndSharesAreThoseOfTheOriginalCode(
      String name, int length, double continued, boolean wholeWords) throws IOException {
    JsonObject bert =
        golden("masking-statistics").getAsJsonObject("masking").getAsJsonObject("bert");
    JsonObject expected = bert.getAsJsonObject("simulation").getAsJsonObject(name);
    TokenMasking masking = BERT.wholeWords(wholeWords);
    int sequences = expected.get("sequences").getAsInt();
    long chosen = 0;
    long masked = 0;
    long kept = 0;
    int least = Integer.MAX_VALUE;
    int most = 0;
    for (int i = 0; i < sequences; i++) {
      TokenSequence sequence = sequence(length, continued, i);
      TokenMasking.Masked result = masking.mask(sequence, CounterRandom.of(1).fork(i));
      least = Math.min(least, result.positions().length);
      most = Math.max(most, result.positions().length);
      for (int position : result.positions()) {
        assertThat(sequence.word(position)).isNotEqualTo(TokenSequence.NO_WORD);
        chosen++;
        masked += result.ids()[position] == MASK ? 1 : 0;
        kept += result.ids()[position] == sequence.id(position) ? 1 : 0;
      }
      assertUnchangedElsewhere(sequence, result);
      if (wholeWords) {
        assertWordsAreWhole(sequence, result);
      }
    }
    assertThat(least).isEqualTo(expected.get("masked_min").getAsInt());
    assertThat(most).isEqualTo(expected.get("masked_max").getAsInt());
    double tolerance = bert.getAsJsonObject("tolerances").get("fractions").getAsDouble();
    assertThat((double) masked / chosen)
        .isCloseTo(expected.get("fraction_mask").getAsDouble(), within(tolerance));
    assertThat((double) kept / chosen)
        .isCloseTo(expected.get("fraction_keep").getAsDouble(), within(tolerance));
  }

  private static void assertUnchangedElsewhere(TokenSequence sequence, TokenMasking.Masked result) {
    for (int i = 0; i < sequence.length(); i++) {
      if (Arrays.binarySearch(result.positions(), i) < 0) {
        assertThat(result.ids()[i]).isEqualTo(sequence.id(i));
      }
    }
  }

  private static void assertWordsAreWhole(TokenSequence sequence, TokenMasking.Masked result) {
    for (int i = 1; i < sequence.length(); i++) {
      if (sequence.continuesWord(i)) {
        assertThat(Arrays.binarySearch(result.positions(), i) >= 0)
            .isEqualTo(Arrays.binarySearch(result.positions(), i - 1) >= 0);
      }
    }
  }

  @Test
  void roundingIsHalfToEvenAndAtLeastOne() {
    TokenMasking half = new TokenMasking(0.5, 0.8, 0.1, 80, false, MASK, VOCABULARY);
    for (int[] lengthAndCount : new int[][] {{3, 1}, {5, 2}, {7, 4}, {9, 4}}) {
      assertThat(half.mask(sequence(lengthAndCount[0], 0, 1), CounterRandom.of(0)).positions())
          .hasSize(Math.min(lengthAndCount[0] - 2, lengthAndCount[1]));
    }
    assertThat(BERT.mask(sequence(3, 0, 1), CounterRandom.of(0)).positions()).containsExactly(1);
    assertThat(BERT.mask(sequence(2, 0, 1), CounterRandom.of(0)).positions()).isEmpty();
  }

  @Test
  void aBatchHoldsTheChosenTokensByFlatPosition() {
    MaskedLanguageModeling objective = new MaskedLanguageModeling(BERT, 0);
    List<TokenSequence> sequences =
        List.of(sequence(12, 0, 7), sequence(30, 0, 8), sequence(21, 0, 9));
    CounterRandom random = CounterRandom.of(3);
    Map<String, Tensor> batch = objective.collate(sequences, new int[] {70, 80, 90}, random);
    long[] ids = batch.get("input_ids").toLongArray();
    long[] attention = batch.get("attention_mask").toLongArray();
    long[] positions = batch.get("masked_positions").toLongArray();
    long[] labels = batch.get("labels").toLongArray();
    assertThat(batch.get("input_ids").shape()).containsExactly(3, 30);
    assertThat(positions).hasSize(2 + 4 + 3).isSorted();
    for (int i = 0; i < positions.length; i++) {
      int row = (int) positions[i] / 30;
      assertThat(labels[i]).isEqualTo(sequences.get(row).id((int) positions[i] % 30));
    }
    for (int row = 0; row < 3; row++) {
      int[] alone = BERT.mask(sequences.get(row), random.fork(70 + 10 * row)).ids();
      for (int i = 0; i < 30; i++) {
        boolean token = i < alone.length;
        assertThat(ids[row * 30 + i]).isEqualTo(token ? alone[i] : 0);
        assertThat(attention[row * 30 + i]).isEqualTo(token ? 1 : 0);
      }
    }
    batch.values().forEach(Tensor::close);
  }

  @Test
  void impossibleSharesAreRefused() {
    assertThatThrownBy(() -> new TokenMasking(0.15, 0.8, 0.3, 20, false, MASK, VOCABULARY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mask share and random share together 1.1 must be 0 to 1");
    assertThatThrownBy(() -> TokenMasking.bert(7, 7)).hasMessage("mask token id 7 must be 0 to 6");
  }

  /** {@code [CLS] ... [SEP]} with random ids, of which some continue the word before. */
  private static TokenSequence sequence(int length, double continued, long number) {
    CounterRandom random = CounterRandom.of(77).fork(number);
    int[] ids = IntStream.range(0, length).map(i -> 5 + random.below(VOCABULARY - 5, i)).toArray();
    int[] words = new int[length];
    for (int i = 1; i < length - 1; i++) {
      boolean piece = i > 1 && random.fork("piece").uniform(i) < continued;
      words[i] = words[i - 1] + (piece ? 0 : 1);
    }
    words[0] = TokenSequence.NO_WORD;
    words[length - 1] = TokenSequence.NO_WORD;
    return new TokenSequence(ids, new int[length], words);
  }

  static JsonObject golden(String name) throws IOException {
    try (Reader reader =
        new InputStreamReader(
            Objects.requireNonNull(
                TokenMaskingTest.class.getResourceAsStream(
                    "/goldens/objectives/" + name + ".json")),
            StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(reader).getAsJsonObject();
    }
  }
}

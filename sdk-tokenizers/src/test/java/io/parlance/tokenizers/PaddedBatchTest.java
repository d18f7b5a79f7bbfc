package io.parlance.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PaddedBatchTest {
  private static final List<int[]> IDS = List.of(new int[] {5, 6, 7}, new int[] {8}, new int[0]);

  @Test
  void padsOnTheRightToTheLongest() {
    PaddedBatch batch = PaddedBatch.ofIds(IDS, Padding.longest(9));
    assertThat(batch.size()).isEqualTo(3);
    assertThat(batch.length()).isEqualTo(3);
    assertThat(batch.inputIds()).containsExactly(5, 6, 7, 8, 9, 9, 9, 9, 9);
    assertThat(batch.attentionMask()).containsExactly(1, 1, 1, 1, 0, 0, 0, 0, 0);
    assertThat(batch.tokenTypeIds()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void padsOnTheLeftToAMultiple() {
    Padding padding = new Padding(9, 3, Side.LEFT, 0, 4);
    PaddedBatch batch = PaddedBatch.ofIds(IDS.subList(0, 2), padding);
    assertThat(batch.length()).isEqualTo(4);
    assertThat(batch.inputIds()).containsExactly(9, 5, 6, 7, 9, 9, 9, 8);
    assertThat(batch.attentionMask()).containsExactly(0, 1, 1, 1, 0, 0, 0, 1);
    assertThat(batch.tokenTypeIds()).containsExactly(3, 0, 0, 0, 3, 3, 3, 0);
  }

  @Test
  void padsToALength() {
    PaddedBatch batch =
        PaddedBatch.ofIds(List.of(new int[] {1}), Padding.longest(0).withMinimumLength(3));
    assertThat(batch.inputIds()).containsExactly(1, 0, 0);
    assertThat(PaddedBatch.ofIds(List.of(), Padding.longest(0)).inputIds()).isEmpty();
  }

  @Test
  void keepsSegmentsOfPairs() {
    try (Tokenizer tokenizer = Tokenizer.load(TestFiles.path("tokenizers/bert"))) {
      Encoding pair = tokenizer.encode("the dog", "over");
      Encoding single = tokenizer.encode("over");
      PaddedBatch batch = PaddedBatch.of(List.of(pair, single), tokenizer.padding());
      assertThat(batch.length()).isEqualTo(pair.length()).isEqualTo(6);
      assertThat(batch.tokenTypeIds()).containsExactly(0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0);
      assertThat(batch.attentionMask()).containsExactly(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0);
      assertThat(batch.inputIds()).startsWith(5, 134).endsWith(6, 0, 0, 0);
    }
  }

  @Test
  void refusesImpossiblePadding() {
    assertThatThrownBy(() -> Padding.longest(0).withMultipleOf(0))
        .hasMessage("multiple 0 must be at least 1");
    assertThatThrownBy(() -> Padding.longest(0).withMinimumLength(-1))
        .hasMessageContaining("must not be negative");
  }
}

package io.parlance.tokenizers.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnigramTrainerTest {
  private static final UnigramOptions SMALL =
      UnigramOptions.DEFAULT.withVocabularySize(80).withCharacterCoverage(1);

  @Test
  void whatWasTrainedLoadsAndGivesTheTextBack(@TempDir Path folder) {
    new UnigramTrainer(SMALL).train(Samples.lines().stream()).save(folder);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(80);
      assertThat(tokenizer.padTokenId()).hasValue(0);
      assertThat(tokenizer.endTokenId()).hasValue(1);
      assertThat(tokenizer.unknownTokenId()).hasValue(2);
      for (String text : Samples.lines().subList(0, 50)) {
        Encoding encoding = tokenizer.encode(text);
        assertThat(encoding.token(encoding.length() - 1)).isEqualTo("</s>");
        assertThat(encoding.ids()).doesNotContain(2);
        assertThat(tokenizer.decode(encoding.ids(), true)).isEqualTo(text);
      }
      assertThat(tokenizer.decode(tokenizer.encode("  the\u3000sea \n").ids(), true))
          .isEqualTo("the sea");
    }
  }

  @Test
  void marianHasPaddingLastAndLanguagesBeforeIt() {
    UnigramOptions options =
        SMALL
            .withLayout(UnigramLayout.MARIAN)
            .withAdditionalSpecialTokens(List.of(">>fr<<", ">>de<<", "<pad>"));
    TrainedTokenizer trained = new UnigramTrainer(options).train(Samples.lines().stream());
    assertThat(trained.tokens()).hasSize(80).startsWith("</s>", "<unk>");
    assertThat(trained.tokens().subList(77, 80)).containsExactly(">>fr<<", ">>de<<", "<pad>");
    try (Tokenizer tokenizer = trained.open()) {
      assertThat(tokenizer.endTokenId()).hasValue(0);
      assertThat(tokenizer.unknownTokenId()).hasValue(1);
      assertThat(tokenizer.padTokenId()).hasValue(79);
      int[] plain = tokenizer.encode("the sea").ids();
      assertThat(plain).endsWith(0).doesNotContain(1);
      int[] marked = tokenizer.encode(">>fr<< the sea").ids();
      assertThat(marked).startsWith(77).hasSize(plain.length + 1).endsWith(plain);
      assertThat(tokenizer.decode(marked, true)).isEqualTo("the sea");
      assertThat(tokenizer.encode("the \u4e2d sea").ids()).contains(1);
    }
  }

  @Test
  void sameVocabularyForAnyOrderOfTexts() {
    List<String> texts = new ArrayList<>(Samples.lines());
    TrainedTokenizer first = new UnigramTrainer(SMALL).train(texts.stream());
    Collections.shuffle(texts, new Random(7));
    assertThat(new UnigramTrainer(SMALL).train(texts.stream()).files()).isEqualTo(first.files());
  }

  @Test
  void frequentWordsBecomePieces() {
    TrainedTokenizer trained = new UnigramTrainer(SMALL).train(Samples.lines().stream());
    assertThat(trained.tokens()).contains("▁the", "▁story", "▁never", "▁sailor");
    // Letters and punctuation never share a piece.
    assertThat(trained.tokens()).noneMatch(token -> token.matches("▁?[a-z]+[.,!?'].*"));
  }

  @Test
  void aGreaterVocabularyNeedsFewerTokens() {
    String text = String.join(" ", Samples.lines().subList(0, 40));
    int[] lengths = new int[3];
    for (int i = 0; i < 3; i++) {
      try (Tokenizer tokenizer =
          new UnigramTrainer(SMALL.withVocabularySize(50 + 15 * i))
              .train(Samples.lines().stream())
              .open()) {
        lengths[i] =
            tokenizer.encode(text, EncodingOptions.DEFAULT.withSpecialTokens(false)).length();
      }
    }
    assertThat(lengths[1]).isLessThan(lengths[0]);
    assertThat(lengths[2]).isLessThan(lengths[1]).isLessThan(text.length() / 3);
  }

  @Test
  void probabilitiesFollowTheText() {
    // Only one way to read the text remains: two pieces of which one occurs three times as often.
    TextUnits units = TextUnits.of(new TreeMap<>(Map.of("xaaaa", 3_000L, "ybbbb", 1_000L)), 1, 64);
    List<UnigramPieces.Piece> pieces = UnigramPieces.learn(units, 16, 6);
    assertThat(pieces).extracting(UnigramPieces.Piece::text).startsWith("xaaaa", "ybbbb");
    assertThat(pieces.get(0).score()).isCloseTo(Math.log(0.75), within(0.002));
    assertThat(pieces.get(1).score()).isCloseTo(Math.log(0.25), within(0.002));
  }

  @Test
  void byteFallbackGivesEveryTextBack() {
    UnigramOptions options = SMALL.withVocabularySize(400).withByteFallback(true);
    try (Tokenizer tokenizer = new UnigramTrainer(options).train(Samples.lines().stream()).open()) {
      assertThat(tokenizer.tokenToId("<0xFF>")).hasValue(258);
      Encoding encoding = tokenizer.encode("the 😀 sea 東京");
      assertThat(encoding.ids()).doesNotContain(2);
      assertThat(tokenizer.decode(encoding.ids(), true)).isEqualTo("the 😀 sea 東京");
    }
  }

  @Test
  void xlmRobertaLayoutAddsItsSpecialTokens() {
    UnigramOptions options = SMALL.withLayout(UnigramLayout.XLM_ROBERTA).withLowercase(true);
    try (Tokenizer tokenizer = new UnigramTrainer(options).train(Samples.lines().stream()).open()) {
      Encoding pair = tokenizer.encode("The", "SEA");
      assertThat(pair.tokens()).containsExactly("<s>", "▁the", "</s>", "</s>", "▁sea", "</s>");
      assertThat(pair.typeIds()).containsOnly(0);
      assertThat(tokenizer.maskTokenId()).hasValue(4);
    }
  }

  @Test
  void rareCharactersAreLeftOutOfTheAlphabet() {
    List<String> texts = new ArrayList<>(Collections.nCopies(999, "abc"));
    texts.add("z");
    UnigramOptions options =
        UnigramOptions.DEFAULT.withVocabularySize(30).withCharacterCoverage(0.999);
    assertThat(new UnigramTrainer(options).train(texts.stream()).tokens())
        .contains("a")
        .doesNotContain("z");
    assertThat(new UnigramTrainer(options.withCharacterCoverage(1)).train(texts.stream()).tokens())
        .contains("z");
  }

  @Test
  void veryLongWordsAndRareCharactersAreLearnedFrom() {
    StringBuilder rare = new StringBuilder();
    for (int character = 0x4E00; character < 0x4E00 + 3_000; character++) {
      rare.appendCodePoint(character);
    }
    List<String> texts = List.of(rare.toString(), "a".repeat(5_000), "the sea the sea");
    TrainedTokenizer trained =
        new UnigramTrainer(SMALL.withVocabularySize(4_000)).train(texts.stream());
    assertThat(trained.tokens()).contains("▁the", "\u4E00").hasSizeGreaterThan(3_000);
  }

  @Test
  void digammaHasItsKnownValues() {
    assertThat(UnigramPieces.digamma(1)).isCloseTo(-0.577215664901533, within(1e-9));
    assertThat(UnigramPieces.digamma(0.5)).isCloseTo(-1.963510026021423, within(1e-9));
    assertThat(UnigramPieces.digamma(10)).isCloseTo(2.251752589066721, within(1e-9));
  }

  @Test
  void refusesAVocabularyBelowTheAlphabet() {
    assertThatThrownBy(
            () -> new UnigramTrainer(SMALL.withVocabularySize(6)).train(Stream.of("abcdef")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("7 characters")
        .hasMessageContaining("room for 3");
    assertThatThrownBy(() -> SMALL.withCharacterCoverage(1.5))
        .hasMessageContaining("character coverage 1.5");
  }
}

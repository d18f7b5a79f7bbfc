package io.parlance.tokenizers.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.TestFiles;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BytePairTrainerTest {
  private static final BytePairOptions SMALL = BytePairOptions.DEFAULT.withVocabularySize(400);

  private static List<String> merges(TrainedTokenizer trained) {
    return trained.files().getOrDefault("merges.txt", "").lines().skip(1).toList();
  }

  /**
   * {@code merges.txt} was made by the trainer of the Hugging Face library 0.22.2 from the same
   * texts.
   */
  @Test
  void mergesAreThoseOfTheReference() throws IOException {
    TrainedTokenizer trained = new BytePairTrainer(SMALL).train(Samples.lines().stream());
    assertThat(merges(trained))
        .isEqualTo(Files.readAllLines(TestFiles.path("training/merges.txt")));
    assertThat(trained.vocabularySize()).isEqualTo(400);
  }

  /**
   * Word counts of Sennrich et al. 2016; of pairs that are as frequent, the one with the lower ids
   * is merged first.
   */
  @Test
  void mergesTheMostFrequentPairFirst() {
    TrainedTokenizer trained =
        new BytePairTrainer(SMALL).train(WordPieceTrainerTest.classicTexts().stream());
    assertThat(merges(trained))
        .containsExactly(
            "e s", "es t", "l o", "lo w", "e w", "n ew", "new est", "d est", "i dest", "w idest",
            "e r", "low er");
  }

  @Test
  void sameVocabularyForAnyOrderOfTexts() {
    List<String> texts = new ArrayList<>(Samples.lines());
    TrainedTokenizer first = new BytePairTrainer(SMALL).train(texts.stream());
    Collections.shuffle(texts, new Random(7));
    assertThat(new BytePairTrainer(SMALL).train(texts.stream()).files()).isEqualTo(first.files());
  }

  @Test
  void everyTextComesBackExactly(@TempDir Path folder) {
    new BytePairTrainer(SMALL).train(Samples.lines().stream()).save(folder);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.endTokenId()).hasValue(0);
      assertThat(tokenizer.modelMaxLength()).hasValue(1_024);
      for (String text :
          List.of(
              "The old sailor never told", "  two\n\n lines\t", "naïve 😀 東京 \u0000 e\u0301", "")) {
        Encoding encoding = tokenizer.encode(text);
        assertThat(tokenizer.decode(encoding.ids(), false)).isEqualTo(text);
      }
    }
  }

  @Test
  void seldomPairsAreNotMerged() {
    List<String> texts = List.of("abab", "abab", "xyz");
    TrainedTokenizer trained =
        new BytePairTrainer(SMALL.withMinimumFrequency(2)).train(texts.stream());
    assertThat(merges(trained)).containsExactly("a b", "ab ab");
    assertThat(merges(new BytePairTrainer(SMALL.withMinimumFrequency(5)).train(texts.stream())))
        .isEmpty();
  }

  @Test
  void robertaLayoutAddsItsSpecialTokens() {
    BytePairOptions options =
        SMALL.withLayout(BytePairLayout.ROBERTA).withAddPrefixSpace(true).withLowercase(true);
    try (Tokenizer tokenizer =
        new BytePairTrainer(options).train(Samples.lines().stream()).open()) {
      assertThat(tokenizer.padTokenId()).hasValue(1);
      assertThat(tokenizer.maskTokenId()).hasValue(4);
      Encoding encoding = tokenizer.encode("The <mask>", "NOBODY");
      // The mask takes the space before it.
      assertThat(encoding.tokens())
          .startsWith("<s>", "Ġthe", " <mask>", "</s>", "</s>")
          .endsWith("</s>");
      assertThat(encoding.id(2)).isEqualTo(4);
      assertThat(tokenizer.decode(encoding.ids(), true)).isEqualTo(" the nobody");
    }
  }

  /**
   * Cutting texts before pre-tokenizing them must change nothing: all texts as one gives the same
   * words.
   */
  @Test
  void wordsDoNotDependOnWhereTextsAreCut() {
    String text = "It's  a\n\n test,\u00A0isn't it?   \"Yes\" \t(42 + 1)  naïve \u3000x \u0301y ";
    TrainedTokenizer once =
        new BytePairTrainer(SMALL.withMinimumFrequency(1)).train(Stream.of(text));
    try (Tokenizer tokenizer = once.open()) {
      List<String> words = new ArrayList<>();
      Encoding encoding = tokenizer.encode(text);
      for (int token = 0; token < encoding.length(); token++) {
        if (token > 0 && encoding.wordId(token) == encoding.wordId(token - 1)) {
          words.set(words.size() - 1, words.get(words.size() - 1) + encoding.token(token));
        } else {
          words.add(encoding.token(token));
        }
      }
      // With enough merges every word of the training text is one token, so each is in the
      // vocabulary.
      assertThat(once.tokens()).containsAll(words);
      assertThat(encoding.length()).isEqualTo(words.size());
    }
  }

  @Test
  void refusesAVocabularyBelowTheBytes() {
    assertThatThrownBy(
            () -> new BytePairTrainer(SMALL.withVocabularySize(256)).train(Stream.of("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vocabulary size 256 is too small")
        .hasMessageContaining("257");
  }
}

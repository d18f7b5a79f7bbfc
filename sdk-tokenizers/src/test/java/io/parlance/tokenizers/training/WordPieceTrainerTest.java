package io.parlance.tokenizers.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.tokenizers.Encoding;
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

class WordPieceTrainerTest {
  private static final WordPieceOptions SMALL = WordPieceOptions.DEFAULT.withVocabularySize(150);

  /** The word counts of Sennrich et al. 2016: low 5, lower 2, newest 6, widest 3. */
  static List<String> classicTexts() {
    List<String> texts = new ArrayList<>();
    texts.addAll(Collections.nCopies(5, "low"));
    texts.addAll(Collections.nCopies(2, "lower"));
    texts.addAll(Collections.nCopies(6, "newest"));
    texts.addAll(Collections.nCopies(3, "widest"));
    return texts;
  }

  @Test
  void mergesTheMostFrequentPairFirst() {
    TrainedTokenizer trained =
        new WordPieceTrainer(WordPieceOptions.DEFAULT.withVocabularySize(100))
            .train(classicTexts().stream());
    List<String> special = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
    List<String> starting = List.of("d", "e", "i", "l", "n", "o", "r", "s", "t", "w");
    List<String> continuing = List.of("##d", "##e", "##i", "##o", "##r", "##s", "##t", "##w");
    List<String> merged = new ArrayList<>();
    merged.addAll(List.of("##es", "##est")); // 9 times
    merged.addAll(List.of("lo", "low")); // 7 times
    merged.addAll(List.of("ne", "##west", "newest")); // 6 times
    merged.addAll(List.of("wi", "##dest", "widest")); // 3 times
    merged.addAll(List.of("##er", "lower")); // 2 times
    assertThat(trained.tokens())
        .isEqualTo(Stream.of(special, starting, continuing, merged).flatMap(List::stream).toList());
  }

  @Test
  void sameVocabularyForAnyOrderOfTexts() {
    List<String> texts = new ArrayList<>(Samples.lines());
    TrainedTokenizer first = new WordPieceTrainer(SMALL).train(texts.stream());
    Collections.shuffle(texts, new Random(7));
    TrainedTokenizer second = new WordPieceTrainer(SMALL).train(texts.stream());
    assertThat(second.files()).isEqualTo(first.files());
  }

  @Test
  void whatWasTrainedLoadsAndGivesTheTextBack(@TempDir Path folder) {
    new WordPieceTrainer(SMALL.withLowercase(false)).train(Samples.lines().stream()).save(folder);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(150);
      assertThat(tokenizer.padTokenId()).hasValue(0);
      assertThat(tokenizer.maskTokenId()).hasValue(4);
      assertThat(tokenizer.modelMaxLength()).hasValue(512);
      String text = "The old sailor never told the story of the sea";
      Encoding encoding = tokenizer.encode(text);
      assertThat(encoding.token(0)).isEqualTo("[CLS]");
      assertThat(encoding.token(encoding.length() - 1)).isEqualTo("[SEP]");
      assertThat(encoding.ids()).doesNotContain(tokenizer.unknownTokenId().getAsInt());
      assertThat(tokenizer.decode(encoding.ids(), true)).isEqualTo(text);
      Encoding pair = tokenizer.encode("the sea", "a story");
      assertThat(pair.typeIds()[pair.length() - 1]).isEqualTo(1);
    }
  }

  @Test
  void lowerCasesAndStripsAccentsAsTheFinishedTokenizerDoes() {
    List<String> texts = Collections.nCopies(3, "Café CAFÉ cafe\u0301, naïve—Naïve");
    TrainedTokenizer trained =
        new WordPieceTrainer(WordPieceOptions.DEFAULT.withVocabularySize(60)).train(texts.stream());
    assertThat(trained.tokens()).contains("cafe", "naive", "—").doesNotContain("é", "C");
    try (Tokenizer tokenizer = trained.open()) {
      assertThat(tokenizer.encode("CAFÉ naïve").tokens())
          .containsExactly("[CLS]", "cafe", "naive", "[SEP]");
    }
  }

  @Test
  void refusesWhatCannotBeTrained() {
    WordPieceTrainer trainer =
        new WordPieceTrainer(WordPieceOptions.DEFAULT.withVocabularySize(10));
    assertThatThrownBy(() -> trainer.train(Stream.of("a b c d e f g")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vocabulary size 10 is too small")
        .hasMessageContaining("need 12");
    assertThatThrownBy(() -> trainer.train(Stream.of("  ")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no word");
    assertThatThrownBy(() -> SMALL.withVocabularySize(0)).hasMessageContaining("vocabulary size 0");
  }

  @Test
  void savingLeavesNothingElseBehind(@TempDir Path folder) throws IOException {
    new WordPieceTrainer(SMALL).train(Samples.lines().stream()).save(folder.resolve("new/model"));
    try (Stream<Path> files = Files.list(folder.resolve("new/model"))) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt");
    }
  }
}

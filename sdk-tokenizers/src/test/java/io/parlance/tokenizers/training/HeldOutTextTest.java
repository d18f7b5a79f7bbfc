package io.parlance.tokenizers.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A vocabulary learned from some texts shortens others of the kind: far fewer tokens than
 * characters, few a word.
 */
class HeldOutTextTest {
  static Stream<TokenizerTrainer> trainers() {
    return Stream.of(
        new WordPieceTrainer(WordPieceOptions.DEFAULT.withVocabularySize(140)),
        new BytePairTrainer(BytePairOptions.DEFAULT.withVocabularySize(380)),
        new UnigramTrainer(UnigramOptions.DEFAULT.withVocabularySize(80).withCharacterCoverage(1)));
  }

  @ParameterizedTest
  @MethodSource("trainers")
  void needsFewTokens(TokenizerTrainer trainer) {
    List<String> lines = Samples.lines();
    String held = String.join(" ", lines.subList(300, 400));
    try (Tokenizer tokenizer = trainer.train(lines.subList(0, 300).stream()).open()) {
      int tokens =
          tokenizer.encode(held, EncodingOptions.DEFAULT.withSpecialTokens(false)).length();
      int words = held.split(" ").length;
      assertThat(tokens).isBetween(words, 2 * words);
    }
  }
}

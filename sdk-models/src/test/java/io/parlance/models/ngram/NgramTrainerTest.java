package io.parlance.models.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parlance.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws of probability on a larger random text, small texts by hand, and bad input. */
class NgramTrainerTest {

  @TempDir private Path folder;

  /** Words as uneven as those of a language. */
  private static NgramLanguageModel random(int order, NgramSmoothing smoothing) {
    Random random = new Random(7);
    NgramTrainer trainer = new NgramTrainer(order, smoothing);
    for (int i = 0; i < 2000; i++) {
      List<String> words = new ArrayList<>();
      for (int j = random.nextInt(12); j >= 0; j--) {
        words.add("w" + (int) (Math.exp(6 * random.nextDouble()) - 1));
      }
      trainer.add(words);
    }
    return trainer.train();
  }

  private static void assertSumIsOne(NgramLanguageModel model, List<String> context) {
    double sum =
        model.vocabulary().stream().mapToDouble(word -> model.probability(context, word)).sum();
    assertThat(sum).as("after " + context).isCloseTo(1, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void probabilitiesAfterAnyHistoryAreOneTogether(boolean modified) {
    NgramLanguageModel model = random(4, new NgramSmoothing.KneserNey(modified));
    assertThat(model.size(4)).isGreaterThan(5000);
    for (List<String> context :
        List.of(
            List.<String>of(),
            List.of("<s>"),
            List.of("<s>", "w0"),
            List.of("w0", "w1", "w0"),
            List.of("w3", "w0"),
            List.of("never", "seen", "w0"),
            List.of("w1", "never"))) {
      assertSumIsOne(model, context);
    }
  }

  @Test
  void writesAndReadsLargerModelsExactly() {
    NgramLanguageModel model = random(3, NgramSmoothing.modifiedKneserNey());
    model.save(folder);
    NgramLanguageModel read = NgramLanguageModel.load(folder);
    for (int length = 1; length <= 3; length++) {
      assertThat(read.size(length)).isEqualTo(model.size(length));
    }
    assertThat(read.score("w0 w1 w7 w0\nnew w2 w300"))
        .isEqualTo(model.score("w0 w1 w7 w0\nnew w2 w300"));
  }

  @Test
  void textsTooEvenForDiscountsGetTheFallback() {
    NgramTrainer trainer = new NgramTrainer(1, NgramSmoothing.modifiedKneserNey());
    trainer.add("a b c");
    NgramLanguageModel model = trainer.train();
    // four words once each, 0.5 off each, shared among them and the unknown word
    assertThat(model.probability(List.of(), "a")).isCloseTo(0.5 / 4 + 0.5 / 5, within(1e-15));
    assertThat(model.probability(List.of(), "<unk>")).isCloseTo(0.5 / 5, within(1e-15));
  }

  @Test
  void unknownWordsOfTheTextAreOneWord() {
    NgramTrainer trainer = new NgramTrainer(1, NgramSmoothing.maximumLikelihood());
    trainer.add("a <unk> b <unk>");
    NgramLanguageModel model = trainer.train();
    assertThat(model.probability(List.of(), "zebra")).isEqualTo(0.4);
    assertThat(model.score("zebra a").unknownTokens()).isEqualTo(1);
  }

  @Test
  void marksInsideOfATextAreUnknownWords() {
    NgramLanguageModel model = random(2, NgramSmoothing.kneserNey());
    assertThat(model.score("w0 </s> <s> w1")).isEqualTo(model.score("w0 x y w1"));
  }

  @Test
  void refusesWhatCannotBeCounted() {
    NgramTrainer trainer = new NgramTrainer(2, NgramSmoothing.kneserNey());
    assertThatThrownBy(trainer::train).isInstanceOf(InvalidInputException.class);
    trainer.add("fine");
    assertThatThrownBy(() -> trainer.add("one </s> two"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("sentence 2 has the word '</s>'");
    assertThatThrownBy(() -> trainer.add(List.of("two words")))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new NgramTrainer(0, NgramSmoothing.laplace()))
        .hasMessageContaining("order 0 must be between 1 and 20");
    assertThatThrownBy(() -> new NgramTrainer(2, NgramSmoothing.jelinekMercer(List.of(.5, .5))))
        .hasMessageContaining("order 2 takes 3 weights");
    assertThatThrownBy(() -> NgramSmoothing.jelinekMercer(List.of(.5, .6)))
        .hasMessageContaining("found 1.1");
    assertThatThrownBy(() -> NgramSmoothing.lidstone(0))
        .hasMessageContaining("pseudo-count 0.0 must be a positive number");
  }
}

package io.parlance.models.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parlance.InvalidInputException;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ARPA files, with probabilities that follow by hand from the definition of back-off. */
class ArpaTest {

  /** As SRILM writes: a comment in front, no weight where there is none, a history pruned away. */
  private static final String SMALL =
      """
      made by hand

      \\data\\
      ngram 1=5
      ngram 2=2
      ngram 3=2

      \\1-grams:
      -1.0\t<unk>
      -99\t<s>\t-0.5
      -0.7\t</s>
      -0.6\tto\t-0.25
      -0.4 be -0.125

      \\2-grams:
      -0.2\t<s> to\t-0.0625
      -0.3 to be 0.1

      \\3-grams:
      -0.1\t<s> to be
      -0.15\tbe to be

      \\end\\
      """;

  @TempDir private Path folder;

  private NgramLanguageModel read(String text) throws IOException {
    return NgramLanguageModel.load(Files.writeString(folder.resolve("small.arpa"), text));
  }

  @Test
  void backsOffAsDefined() throws IOException {
    NgramLanguageModel model = read(SMALL);
    assertThat(model.order()).isEqualTo(3);
    assertThat(model.vocabulary()).containsExactlyInAnyOrder("<unk>", "<s>", "</s>", "to", "be");
    // listed: the last two words of a longer context count
    assertLog(model, List.of("be", "<s>", "to"), "be", -0.1);
    // "be to" was pruned, the n-gram after it was not
    assertLog(model, List.of("be", "to"), "be", -0.15);
    // no weight for "be to": that of "to", then the single word
    assertLog(model, List.of("be", "to"), "to", -0.25 - 0.6);
    // the weights of "<s> to" and "to"
    assertLog(model, List.of("<s>", "to"), "</s>", -0.0625 - 0.25 - 0.7);
    // a weight may be positive
    assertLog(model, List.of("to", "be"), "or", 0.1 - 0.125 - 1.0);
    assertLog(model, List.of("or", "not"), "to", -0.6);
    assertThat(model.probability(List.of(), "<s>")).isZero();
  }

  @Test
  void scoresSentencesWithTheirEnd() throws IOException {
    NgramScore score = read(SMALL).score("to be\n\nto or \n");
    double first = -0.2 - 0.1 + (0.1 - 0.125 - 0.7);
    double unknown = -0.0625 - 0.25 - 1.0;
    double second = -0.2 - 0.7;
    assertThat(score.sentences()).isEqualTo(2);
    assertThat(score.tokens()).isEqualTo(6);
    assertThat(score.unknownTokens()).isEqualTo(1);
    assertThat(score.perplexity())
        .isCloseTo(Math.pow(10, -(first + unknown + second) / 6), within(1e-12));
    assertThat(score.knownPerplexity())
        .isCloseTo(Math.pow(10, -(first + second) / 5), within(1e-12));
  }

  @Test
  void writesWhatItReads() throws IOException {
    Path written = folder.resolve("written.arpa");
    read(SMALL).writeArpa(written);
    assertThat(Files.readString(written))
        .isEqualTo(
            """
            \\data\\
            ngram 1=5
            ngram 2=2
            ngram 3=2

            \\1-grams:
            -1.0\t<unk>\t0
            -99\t<s>\t-0.5
            -0.7\t</s>\t0
            -0.6\tto\t-0.25
            -0.4\tbe\t-0.125

            \\2-grams:
            -0.2\t<s> to\t-0.0625
            -0.3\tto be\t0.1

            \\3-grams:
            -0.1\t<s> to be
            -0.15\tbe to be

            \\end\\
            """);
  }

  @Test
  void readsCompressedFiles() throws IOException {
    Path file = folder.resolve("small.arpa.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(SMALL.getBytes(StandardCharsets.UTF_8));
    }
    assertLog(NgramLanguageModel.load(file), List.of(), "to", -0.6);
  }

  private static void assertLog(
      NgramLanguageModel model, List<String> context, String word, double expected) {
    assertThat(Math.log10(model.probability(context, word)))
        .as(word + " after " + context)
        .isCloseTo(expected, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ngram 2=2 | ngram 3=2 | line 5: expected 'ngram 2=NUMBER', found 'ngram 3=2'",
        "ngram 2=2 | ngram 2=1 | line 17: expected '\\3-grams:', found '-0.3 to be 0.1'",
        "ngram 2=2 | ngram 2=3 | line 19: expected a probability, 2 words and perhaps a weight",
        "-0.3 to be 0.1 | 0.3 to be 0.1 | at most 0, found '0.3'",
        "-0.3 to be 0.1 | -0.3 to be much | is a number, found 'much'",
        "-0.3 to be 0.1 | -0.3 <s> to | line 17: '<s> to' is there twice",
        "-0.3 to be 0.1 | -0.3 to bee | line 17: the word 'bee' is not among the 1-grams",
        "\\end\\ | '' | it is no ARPA file, or cut off",
      })
  void namesTheLineThatIsWrong(String part, String replacement, String message) {
    assertThat(SMALL).contains(part);
    assertThatThrownBy(() -> read(SMALL.replace(part, replacement)))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining(message);
  }

  @Test
  void saysWhatIsNotThereOrDoesNotFit() {
    assertThatThrownBy(() -> NgramLanguageModel.load(folder.resolve("none.arpa")))
        .isInstanceOf(ModelNotFoundException.class);
    NgramTrainer trainer = new NgramTrainer(2, NgramSmoothing.laplace());
    trainer.add("to be");
    NgramLanguageModel model = trainer.train();
    assertThatThrownBy(() -> model.writeArpa(folder.resolve("laplace.arpa")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("only back-off models fit into an ARPA file");
  }
}

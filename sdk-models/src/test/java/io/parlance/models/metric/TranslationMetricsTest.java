package io.parlance.models.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import io.parlance.models.Goldens;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** BLEU and chrF equal sacrebleu 2.6.0, whose figures the fixture holds. */
class TranslationMetricsTest {

  private static final Offset<Double> EXACT = within(1e-9);

  private record Cut(String text, List<String> tokens) {}

  private record Case(
      String name,
      List<String> hypotheses,
      List<List<String>> references,
      double bleu,
      List<Double> precisions,
      double brevity_penalty,
      long hypothesis_length,
      long reference_length,
      double chrf) {}

  private record Fixture(List<Cut> tokenizer_13a, List<Case> cases) {}

  private static Fixture fixture() throws IOException {
    try (Reader reader =
        Files.newBufferedReader(Goldens.folder("objectives/translation-metrics.json"))) {
      return new Gson().fromJson(reader, Fixture.class);
    }
  }

  @Test
  void textsAreCutAsMteval13aDoes() throws IOException {
    List<Cut> cuts = fixture().tokenizer_13a();
    assertThat(cuts).hasSize(26);
    for (Cut cut : cuts) {
      assertThat(Words.of(cut.text())).as(cut.text()).isEqualTo(cut.tokens());
    }
  }

  @TestFactory
  List<DynamicTest> corpora() throws IOException {
    List<Case> cases = fixture().cases();
    assertThat(cases).hasSize(13);
    return cases.stream()
        .map(each -> DynamicTest.dynamicTest(each.name(), () -> check(each)))
        .toList();
  }

  private static void check(Case expected) {
    Bleu bleu = Bleu.ofSeveral(expected.hypotheses(), expected.references());
    assertThat(bleu.score()).isCloseTo(expected.bleu(), EXACT);
    for (int i = 0; i < 4; i++) {
      assertThat(bleu.precisions().get(i)).isCloseTo(expected.precisions().get(i), EXACT);
    }
    assertThat(bleu.brevityPenalty()).isCloseTo(expected.brevity_penalty(), EXACT);
    assertThat(bleu.hypothesisLength()).isEqualTo(expected.hypothesis_length());
    assertThat(bleu.referenceLength()).isEqualTo(expected.reference_length());
    double chrf = Chrf.ofSeveral(expected.hypotheses(), expected.references());
    assertThat(chrf).isCloseTo(expected.chrf(), EXACT);
  }

  @Test
  void textsThatAreNotPairedAreRefused() {
    assertThatThrownBy(() -> Bleu.of(List.of("a"), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "there are 1 hypotheses and references for 0; there must be equally many, at least"
                + " one");
    assertThatThrownBy(() -> Chrf.of(List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("there are 0 hypotheses");
    assertThatThrownBy(() -> Chrf.ofSeveral(List.of("a"), List.of(List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a hypothesis has no reference; each needs at least one");
  }
}

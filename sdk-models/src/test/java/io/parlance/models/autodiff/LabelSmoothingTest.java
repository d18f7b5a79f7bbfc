package io.parlance.models.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parlance.models.Goldens;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.objective.Losses;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelSmoothingTest {

  private static final long[] LABELS = {4, -100, 0, 2, 2, -100};

  @Test
  void theGradientIsThatOfDifferences() {
    GradientCheck.check(
        check ->
            Losses.smoothedCrossEntropy(
                check.real("batch=2", "sequence=3", 5),
                check.given(LABELS, "batch=2", "sequence=3"),
                0.1));
  }

  @Test
  void theGradientIsThatOfDifferencesBehindAProduct() {
    GradientCheck.check(
        check -> {
          Value table = check.real(7, 4);
          Value states = check.real("n=6", 4);
          Value scores = Operators.matMul(states, Operators.transpose(table, 1, 0));
          return Operators.mul(
              Losses.smoothedCrossEntropy(scores, check.given(LABELS, "n=6"), 0.3), 2.5);
        });
  }

  @Test
  void lossAndGradientArePyTorchs() throws IOException {
    Map<String, Map<String, Tensor>> cases =
        Goldens.cases(Goldens.folder("objectives/label-smoothing.json"));
    assertThat(cases).hasSize(2);
    cases.forEach(LabelSmoothingTest::check);
  }

  private static void check(String name, Map<String, Tensor> golden) {
    Tensor logits = golden.get("logits");
    Graph graph = Graph.training(name);
    Value scores = graph.input("logits", ElementType.FLOAT32, Shape.fixed(logits.shape()));
    Value labels = graph.input("targets", ElementType.INT64, Shape.of(logits.shape()[0]));
    double smoothing = name.equals("label_smoothing_ignore") ? 0.2 : 0.1;
    Value loss = Losses.smoothedCrossEntropy(scores, labels, smoothing);
    Value gradient = Gradients.of(loss, List.of(scores)).get(scores);
    try (Evaluation evaluation =
        new Evaluation(graph, Map.of("loss", loss, "gradient", gradient))) {
      Map<String, double[]> found =
          evaluation.run(Map.of("logits", logits, "targets", golden.get("targets")));
      assertThat(found.get("loss")[0])
          .isCloseTo(golden.get("loss").toFloatArray()[0], within(1e-6));
      float[] wanted = golden.get("gradient").toFloatArray();
      for (int i = 0; i < wanted.length; i++) {
        assertThat(found.get("gradient")[i]).isCloseTo(wanted[i], within(1e-7));
      }
    }
    golden.values().forEach(Tensor::close);
  }

  @Test
  void whatIsNoShareIsRefused() {
    Graph graph = Graph.training("bounds");
    Value scores = graph.input("scores", ElementType.FLOAT32, Shape.of(2, 3));
    Value labels = graph.input("labels", ElementType.INT64, Shape.of(2));
    for (double wrong : new double[] {-0.1, 1, Double.NaN}) {
      assertThatThrownBy(() -> Losses.smoothedCrossEntropy(scores, labels, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("label smoothing " + wrong + " must be at least 0 and below 1");
    }
  }
}

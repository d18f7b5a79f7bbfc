package io.parlance.models.autodiff;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.gatherRows;
import static io.parlance.models.graph.Operators.gemm;
import static io.parlance.models.graph.Operators.matMul;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.relu;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;
import static io.parlance.models.graph.Operators.slice;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.objective.Losses;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GradientsTest {

  private final Graph graph = Graph.training("net");

  @Test
  void lossMustBeOneFloatingPointNumber() {
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of(2));
    assertThatThrownBy(() -> Gradients.of(x, List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the loss is one floating point number, not x:FLOAT32[2]; reduce it, e.g. to its mean");
  }

  @Test
  void operatorWithoutRuleIsNamed() {
    Value x = graph.parameter("x", Initialization.ZEROS, 2);
    Value y =
        graph
            .root()
            .in("layer", (Scope s) -> graph.append("HardSigmoid", List.of(x), Map.of()).output());
    assertThatThrownBy(() -> Gradients.of(reduceSum(y, false), List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layer/HardSigmoid_1: operator HardSigmoid has no gradient rule");
  }

  @Test
  void operatorWithoutRuleDoesNotMatterWhereNoGradientIsNeeded() {
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of(2));
    Value w = graph.parameter("w", Initialization.ONES, 2);
    Value y = graph.append("HardSigmoid", List.of(x), Map.of()).output();
    assertThat(Gradients.of(reduceSum(mul(y, w), false), List.of(w))).containsOnlyKeys(w);
  }

  @Test
  void valuesTheLossDoesNotDependOnAreLeftOut() {
    Value a = graph.parameter("a", Initialization.ONES, 2);
    Value b = graph.parameter("b", Initialization.ONES, 2);
    assertThat(Gradients.of(reduceSum(mul(a, a), false), List.of(b, a))).containsOnlyKeys(a);
  }

  /** One product for the weights of the first layer, none for its inputs. */
  @Test
  void nothingIsComputedThatNobodyNeeds() {
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of("n", 3));
    Value first = graph.parameter("first", Initialization.ONES, 4, 3);
    Value second = graph.parameter("second", Initialization.ONES, 2, 4);
    Value y = gemm(relu(gemm(x, first, null, false, true, 1)), second, null, false, true, 1);
    Value loss = reduceMean(y, false);
    int before = graph.nodes().size();
    Gradients.of(loss, List.of(first, second));
    assertThat(
            graph.nodes().subList(before, graph.nodes().size()).stream()
                .filter(node -> node.operator().equals("Gemm")))
        .hasSize(3);
  }

  @Test
  void nodesAreNamedByTheLayerTheyDifferentiate() {
    Value x = graph.parameter("x", Initialization.ONES, 3, 3);
    Value y = graph.root().in("layer", 0, s -> matMul(x, x));
    int before = graph.nodes().size();
    Gradients.of(reduceSum(y, false), List.of(x));
    assertThat(graph.nodes().subList(before, graph.nodes().size()).stream().map(Node::name))
        .anyMatch(name -> name.startsWith("gradient.layer.0/MatMul_1/"));
  }

  @Test
  void weightMultipliesEveryGradient() {
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of(3));
    Value weight = graph.input("weight", ElementType.FLOAT32, Shape.of());
    Value gradient =
        Gradients.of(reduceSum(mul(x, x), false), weight, List.of(x), Gradients.Activations.KEPT)
            .get(x);
    try (Evaluation evaluation = new Evaluation(graph, Map.of("gradient", gradient));
        Tensor xs = Tensor.of(new float[] {1, 2, 3}, 3);
        Tensor half = Tensor.of(new float[] {0.5f})) {
      assertThat(evaluation.run(Map.of("x", xs, "weight", half)).get("gradient"))
          .containsExactly(1, 2, 3);
    }
  }

  @Test
  void paddingRowOfAnEmbeddingHasNoGradient() {
    Value table = graph.input("table", ElementType.FLOAT32, Shape.of(3, 2));
    Value ids = graph.input("ids", ElementType.INT64, Shape.of("n"));
    Value loss = reduceSum(gatherRows(table, ids, 1), false);
    Value gradient = Gradients.of(loss, List.of(table)).get(table);
    try (Evaluation evaluation = new Evaluation(graph, Map.of("gradient", gradient));
        Tensor rows = Tensor.allocate(ElementType.FLOAT32, 3, 2);
        Tensor picked = Tensor.of(new long[] {1, 2, 2, 0, 1}, 5)) {
      assertThat(evaluation.run(Map.of("table", rows, "ids", picked)).get("gradient"))
          .containsExactly(1, 1, 0, 0, 2, 2);
    }
  }

  /** softmax minus one-hot over the number of counted rows, through the head's matrix product. */
  @Test
  void crossEntropyOfALanguageModelHead() {
    double[] hidden = {0.5, -1, 2, 0.25, 1, 1, -0.5, 0};
    double[] weights = {1, 0, -1, 0.5, 2, 1, 0, -2, 0.25, 0.5};
    long[] labels = {3, -100, 0, 4};
    Value h = graph.input("h", ElementType.FLOAT32, Shape.of("b", "s", 2));
    Value w = graph.input("w", ElementType.FLOAT32, Shape.of(5, 2));
    Value c = graph.input("c", ElementType.FLOAT32, Shape.of(5));
    Value y = graph.input("y", ElementType.INT64, Shape.of("b", "s"));
    Value flat = gemm(reshape(h, -1, 2), w, c, false, true, 1);
    Value logits = reshape(flat, sizes(graph, shape(h, 0, 2), 5));
    Value loss = Losses.crossEntropy(logits, y);
    Map<Value, Value> gradients = Gradients.of(loss, List.of(h, w, c));
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("loss", loss);
    gradients.forEach((value, gradient) -> outputs.put("d" + value.name(), gradient));
    try (Evaluation evaluation = new Evaluation(graph, outputs);
        Tensor hs = floats(hidden, 2, 2, 2);
        Tensor ws = floats(weights, 5, 2);
        Tensor cs = Tensor.of(new float[] {0.1f, -0.2f, 0.3f, 0, 0.5f}, 5);
        Tensor ys = Tensor.of(labels, 2, 2)) {
      Map<String, double[]> actual = evaluation.run(Map.of("h", hs, "w", ws, "c", cs, "y", ys));
      double[] bias = {0.1, -0.2, 0.3, 0, 0.5};
      double expectedLoss = 0;
      double[] dh = new double[8];
      double[] dw = new double[10];
      double[] dc = new double[5];
      for (int n = 0; n < 4; n++) {
        if (labels[n] == -100) {
          continue;
        }
        double[] z = new double[5];
        double sum = 0;
        for (int v = 0; v < 5; v++) {
          z[v] = hidden[2 * n] * weights[2 * v] + hidden[2 * n + 1] * weights[2 * v + 1] + bias[v];
          sum += Math.exp(z[v]);
        }
        expectedLoss -= (z[(int) labels[n]] - Math.log(sum)) / 3;
        for (int v = 0; v < 5; v++) {
          double g = (Math.exp(z[v]) / sum - (v == labels[n] ? 1 : 0)) / 3;
          dc[v] += g;
          for (int k = 0; k < 2; k++) {
            dh[2 * n + k] += g * weights[2 * v + k];
            dw[2 * v + k] += g * hidden[2 * n + k];
          }
        }
      }
      assertThat(actual.get("loss")[0]).isCloseTo(expectedLoss, within(1e-6));
      assertThat(actual.get("dh")).containsExactly(dh, within(1e-6));
      assertThat(actual.get("dw")).containsExactly(dw, within(1e-6));
      assertThat(actual.get("dc")).containsExactly(dc, within(1e-6));
    }
  }

  /** Scores that are cut along an axis whose size is named have a size without a name. */
  @Test
  void crossEntropyOfScoresThatWereCut() {
    Value scores = graph.input("scores", ElementType.FLOAT32, Shape.of("b", "s", 2));
    Value labels = graph.input("labels", ElementType.INT64, Shape.of("b", "s"));
    Value loss =
        Losses.crossEntropy(slice(scores, 1, 0, -1), slice(labels, 1, 1, Integer.MAX_VALUE));
    Value whole = Losses.nextTokenCrossEntropy(scores, labels);
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("cut", Gradients.of(loss, List.of(scores)).get(scores));
    outputs.put("moved", Gradients.of(whole, List.of(scores)).get(scores));
    double[] values = {0.5, -1, 2, 0.25, 1, 1, -0.5, 0, 3, 1, -2, 0.5};
    long[] classes = {1, 0, 1, 0, 1, 0};
    double[] expected = new double[values.length];
    for (int row : new int[] {0, 1, 3, 4}) {
      double second = 1 / (1 + Math.exp(values[2 * row] - values[2 * row + 1]));
      expected[2 * row + 1] = (second - classes[row + 1]) / 4;
      expected[2 * row] = -expected[2 * row + 1];
    }
    try (Evaluation evaluation = new Evaluation(graph, outputs);
        Tensor xs = floats(values, 2, 3, 2);
        Tensor ys = Tensor.of(classes, 2, 3)) {
      Map<String, double[]> actual = evaluation.run(Map.of("scores", xs, "labels", ys));
      assertThat(actual.get("cut")).containsExactly(expected, within(1e-6));
      assertThat(actual.get("moved")).containsExactly(expected, within(1e-6));
    }
  }

  private static Tensor floats(double[] values, long... shape) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Tensor.of(floats, shape);
  }

  @Test
  void crossEntropyWithNothingCountedIsZero() {
    Value logits = graph.input("logits", ElementType.FLOAT32, Shape.of("n", 3));
    Value labels = graph.input("labels", ElementType.INT64, Shape.of("n"));
    Value loss = add(Losses.crossEntropy(logits, labels), 0);
    Value gradient = Gradients.of(loss, List.of(logits)).get(logits);
    try (Evaluation evaluation = new Evaluation(graph, Map.of("loss", loss, "gradient", gradient));
        Tensor scores = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor ignored = Tensor.of(new long[] {-100, -100}, 2)) {
      Map<String, double[]> values = evaluation.run(Map.of("logits", scores, "labels", ignored));
      assertThat(values.get("loss")).containsExactly(0);
      assertThat(values.get("gradient")).containsOnly(0, -0.0);
    }
  }
}

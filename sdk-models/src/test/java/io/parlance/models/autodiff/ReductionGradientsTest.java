package io.parlance.models.autodiff;

import static io.parlance.models.autodiff.GradientCheck.check;
import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cumulativeSum;
import static io.parlance.models.graph.Operators.exp;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.logSoftmax;
import static io.parlance.models.graph.Operators.matMul;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.reduceL2;
import static io.parlance.models.graph.Operators.reduceMax;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.reduceSumSquare;
import static io.parlance.models.graph.Operators.softmax;
import static io.parlance.models.graph.Operators.tanh;
import static io.parlance.models.graph.Operators.transpose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReductionGradientsTest {

  interface Reduction {
    Value of(Value a, boolean keepDimensions, long... axes);
  }

  static Stream<Arguments> reductions() {
    return Stream.of(
        Arguments.of("ReduceSum", (Reduction) Operators::reduceSum),
        Arguments.of("ReduceMean", (Reduction) Operators::reduceMean),
        Arguments.of("ReduceMax", (Reduction) Operators::reduceMax),
        Arguments.of("ReduceMin", (Reduction) ReductionGradientsTest::reduceMin),
        Arguments.of("ReduceSumSquare", (Reduction) Operators::reduceSumSquare),
        Arguments.of("ReduceL2", (Reduction) Operators::reduceL2));
  }

  private static Value reduceMin(Value a, boolean keepDimensions, long... axes) {
    return a.graph()
        .append(
            "ReduceMin",
            axes.length == 0 ? List.of(a) : List.of(a, a.graph().longs(axes)),
            Map.of("keepdims", keepDimensions ? 1L : 0L))
        .output();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("reductions")
  void reduction(String name, Reduction reduce) {
    for (boolean keep : new boolean[] {true, false}) {
      check(at -> reduce.of(at.real(2, 3, 4), keep));
      check(at -> reduce.of(at.real("b=2", "s=3", 4), keep));
      check(at -> reduce.of(at.real(2, 3, 4), keep, 1));
      check(at -> reduce.of(at.real("b=2", "s=3", 4), keep, -1));
      check(at -> reduce.of(at.real("b=2", "s=3", 4), keep, 0, 1));
      check(at -> reduce.of(at.real("b=2", "s=3", 4), keep, 0, 2));
      check(at -> reduce.of(reduce.of(at.real("b=2", "s=3", 4), keep, 1), keep));
      check(
          at -> {
            Value a = at.real("b=2", "s=3", 4);
            return mul(exp(a), reduce.of(tanh(a), true, 1));
          });
    }
  }

  @Test
  void elementsThatShareTheMaximumShareItsGradient() {
    Graph graph = new Graph("ties", Graph.Target.TRAINING, ElementType.FLOAT64, 21);
    Value x = graph.input("x", ElementType.FLOAT64, Shape.of(2, 3));
    Value gradient = Gradients.of(reduceSum(reduceMax(x, false, 1), false), List.of(x)).get(x);
    assertThat(evaluate(graph, gradient, new double[] {1, 3, 3, 2, 2, 2}, 2, 3))
        .containsExactly(0, 0.5, 0.5, 1 / 3.0, 1 / 3.0, 1 / 3.0);
  }

  @Test
  void lengthOfZeroHasGradientZero() {
    Graph graph = new Graph("zero", Graph.Target.TRAINING, ElementType.FLOAT64, 21);
    Value x = graph.input("x", ElementType.FLOAT64, Shape.of(2, 2));
    Value gradient = Gradients.of(reduceSum(reduceL2(x, false, 1), false), List.of(x)).get(x);
    assertThat(evaluate(graph, gradient, new double[] {0, 0, 3, 4}, 2, 2))
        .containsExactly(0, 0, 0.6, 0.8);
  }

  private static double[] evaluate(Graph graph, Value gradient, double[] x, long... shape) {
    try (Evaluation evaluation = new Evaluation(graph, Map.of("gradient", gradient));
        Tensor input = Tensor.of(x, shape)) {
      return evaluation.run(Map.of("x", input)).get("gradient");
    }
  }

  @Test
  void cumulativeSums() {
    for (boolean exclusive : new boolean[] {true, false}) {
      check(at -> cumulativeSum(at.real(2, 3), 1, exclusive));
      check(at -> cumulativeSum(at.real("n=3", 2), 0, exclusive));
    }
    check(
        at ->
            at.graph()
                .append(
                    "CumSum", List.of(at.real(4), at.graph().longScalar(0)), Map.of("reverse", 1L))
                .output());
  }

  @Test
  void softmaxAlongAnyAxis() {
    check(at -> softmax(at.real(2, 3), -1));
    check(at -> softmax(at.real("b=2", "s=3", 2), 1));
    check(at -> logSoftmax(at.real(2, 3), -1));
    check(at -> logSoftmax(at.real("b=2", "s=3", 2), 1));
  }

  /** The rule that works on the averages instead of the probabilities. */
  @Test
  void softmaxOfAttention() {
    check(at -> matMul(softmax(at.real("b=2", 2, "s=3", "t=4"), -1), at.real("b=2", 2, "t=4", 2)));
    check(
        at -> {
          Value weights = softmax(at.real("b=2", 2, "s=3", "t=4"), -1);
          Value kept = mul(weights, at.constant("b=2", 2, "s=3", "t=4"));
          return transpose(matMul(kept, at.real("b=2", 2, "t=4", 2)), 0, 2, 1, 3);
        });
    // one head of values for several heads of probabilities, and the other way round
    check(at -> matMul(softmax(at.real("b=2", 2, "s=3", "t=4"), -1), at.real("b=2", 1, "t=4", 2)));
    check(at -> matMul(softmax(at.real("b=2", 1, "s=3", "t=4"), -1), at.real("b=2", 2, "t=4", 2)));
    // probabilities that something else reads too
    check(
        at -> {
          Value weights = softmax(at.real("b=2", "s=3", "t=4"), -1);
          Value average = matMul(weights, at.real("b=2", "t=4", "t=4"));
          return add(average, exp(weights));
        });
    // factors with a gradient of their own
    check(
        at -> {
          Value weights = softmax(at.real("b=2", "s=3", "t=4"), -1);
          return matMul(mul(weights, at.real("t=4")), at.real("b=2", "t=4", 2));
        });
  }

  /** ONNX Runtime's operator gives single precision statistics, so the reference is its parts. */
  @Test
  void layerNormalizationAsItsParts() {
    Graph graph = Graph.training("norm");
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of("b", "s", 8));
    Value scale = graph.input("scale", ElementType.FLOAT32, Shape.of(8));
    Value bias = graph.input("bias", ElementType.FLOAT32, Shape.of(8));
    Value weights = graph.input("weights", ElementType.FLOAT32, Shape.of("b", "s", 8));
    List<Value> wanted = List.of(x, scale, bias);
    Value operator = Operators.layerNormalization(x, scale, bias, 1e-3);
    Map<Value, Value> actual = Gradients.of(reduceSum(mul(operator, weights), false), wanted);
    Value centred = Operators.sub(x, reduceMean(x, true, -1));
    Value variance = reduceMean(mul(centred, centred), true, -1);
    Value normalized = Operators.div(centred, Operators.sqrt(add(variance, 1e-3)));
    Value parts = add(mul(normalized, scale), bias);
    Map<Value, Value> expected = Gradients.of(reduceSum(mul(parts, weights), false), wanted);
    Map<String, Value> outputs = new LinkedHashMap<>();
    wanted.forEach(v -> outputs.put("actual " + v.name(), actual.get(v)));
    wanted.forEach(v -> outputs.put("expected " + v.name(), expected.get(v)));
    try (Evaluation evaluation = new Evaluation(graph, outputs);
        Tensor xs = normal(48, 2, 3, 8);
        Tensor scales = normal(8, 8);
        Tensor biases = normal(8, 8);
        Tensor factors = normal(48, 2, 3, 8)) {
      Map<String, double[]> values =
          evaluation.run(Map.of("x", xs, "scale", scales, "bias", biases, "weights", factors));
      for (Value value : wanted) {
        assertThat(values.get("actual " + value.name()))
            .containsExactly(values.get("expected " + value.name()), within(2e-6));
      }
    }
  }

  private static Tensor normal(int count, long... shape) {
    Random random = new Random(count * 31L + shape.length);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, shape);
  }

  @Test
  void primitiveLayerNormalization() {
    check(
        at -> {
          Value x = at.real("b=2", "s=3", 4);
          Value centred = Operators.sub(x, reduceMean(x, true, -1));
          Value variance = reduceMean(mul(centred, centred), true, -1);
          Value r = Operators.reciprocal(Operators.sqrt(add(variance, 1e-3)));
          return add(mul(mul(centred, r), at.real(4)), at.real(4));
        });
  }

  @Test
  void pickedLogProbabilities() {
    check(
        at ->
            Operators.gatherElements(
                logSoftmax(at.real("n=3", 5), -1), at.integers(5, "n=3", 1), 1));
    check(
        at ->
            Operators.gatherElements(
                logSoftmax(at.real("n=3", 5), -1), at.integers(5, "n=3", 2), 1));
    check(at -> Operators.gatherElements(logSoftmax(at.real(5, 3), 0), at.integers(5, 1, 3), 0));
    check(at -> gather(logSoftmax(at.real(2, 5), -1), at.integers(2, 3), 0));
  }

  @Test
  void sumOfSquares() {
    check(at -> reduceSumSquare(at.real(2, 3), false));
  }
}

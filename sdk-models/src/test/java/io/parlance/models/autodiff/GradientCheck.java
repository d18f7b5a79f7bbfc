package io.parlance.models.autodiff;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Literal;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * Holds the gradient of a function against central differences in double precision. The function is
 * written with {@link #real} and {@link #integers}, which declare its inputs and draw values for
 * them; a size is a number or {@code "name=number"} for a named size.
 */
final class GradientCheck {

  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 2e-8;

  private final Graph graph =
      new Graph("check", Graph.Target.TRAINING, ElementType.FLOAT64, Graph.TRAINING_OPSET);
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final List<Value> wanted = new ArrayList<>();
  private final Random random;

  private GradientCheck(long seed) {
    random = new Random(seed);
  }

  static void check(Function<GradientCheck, Value> function) {
    for (long seed = 1; seed <= 2; seed++) {
      new GradientCheck(seed).run(function);
    }
  }

  Graph graph() {
    return graph;
  }

  /** An input of normal values. */
  Value real(Object... sizes) {
    return mapped(x -> x, sizes);
  }

  /** An input of normal values under a function, e.g. to make them positive. */
  Value mapped(DoubleUnaryOperator map, Object... sizes) {
    double[] values = new double[(int) count(sizes)];
    Arrays.setAll(values, i -> map.applyAsDouble(random.nextGaussian()));
    return declare(ElementType.FLOAT64, Tensor.of(values, numbers(sizes)), sizes);
  }

  /** An input that takes part, but has no gradient. */
  Value constant(Object... sizes) {
    Value value = real(sizes);
    wanted.remove(value);
    return value;
  }

  /** An input of integers from 0 to {@code bound}, exclusive. */
  Value integers(int bound, Object... sizes) {
    long[] values = new long[(int) count(sizes)];
    Arrays.setAll(values, i -> random.nextInt(bound));
    return declare(ElementType.INT64, Tensor.of(values, numbers(sizes)), sizes);
  }

  /** An input of given integers. */
  Value given(long[] values, Object... sizes) {
    return declare(ElementType.INT64, Tensor.of(values, numbers(sizes)), sizes);
  }

  private Value declare(ElementType type, Tensor tensor, Object... sizes) {
    Object[] symbols = new Object[sizes.length];
    Arrays.setAll(
        symbols, i -> sizes[i] instanceof String s ? s.substring(0, s.indexOf('=')) : sizes[i]);
    String name = "x" + tensors.size();
    Value value = graph.input(name, type, Shape.of(symbols));
    tensors.put(name, tensor);
    if (type.isFloatingPoint()) {
      wanted.add(value);
    }
    return value;
  }

  private static long[] numbers(Object... sizes) {
    return Arrays.stream(sizes)
        .mapToLong(
            size ->
                size instanceof String s
                    ? Long.parseLong(s.substring(s.indexOf('=') + 1))
                    : ((Number) size).longValue())
        .toArray();
  }

  private static long count(Object... sizes) {
    return Arrays.stream(numbers(sizes)).reduce(1, (a, b) -> a * b);
  }

  private void run(Function<GradientCheck, Value> function) {
    Value result = function.apply(this);
    // a weight that differs from element to element, of no particular shape
    Value flat = Operators.reshape(result, -1);
    Value weights =
        graph.constant(
            Literal.of(ElementType.FLOAT64, new long[] {512}, random.doubles(512).toArray()));
    Value size = Operators.shape(flat);
    Value some = Operators.slice(weights, 0, graph.longs(0), size);
    Value loss = Operators.reduceSum(Operators.mul(flat, some), false);
    Map<Value, Value> gradients = Gradients.of(loss, wanted);
    assertThat(gradients.keySet()).containsExactlyElementsOf(wanted);
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("loss", loss);
    gradients.forEach(
        (value, gradient) -> {
          assertThat(Backward.sameShape(gradient.shape(), value.shape()))
              .as("gradient %s of %s", gradient, value)
              .isTrue();
          outputs.put("gradient of " + value.name(), gradient);
        });
    try (Evaluation evaluation = new Evaluation(graph, outputs)) {
      compare(evaluation);
    }
    tensors.values().forEach(Tensor::close);
  }

  private void compare(Evaluation evaluation) {
    Map<String, double[]> analytic = evaluation.run(tensors);
    for (Value value : wanted) {
      Tensor tensor = tensors.get(value.name());
      double[] gradient = analytic.get("gradient of " + value.name());
      assertThat(gradient).hasSize((int) tensor.elementCount());
      var buffer = tensor.buffer().asDoubleBuffer();
      for (int i = 0; i < gradient.length; i++) {
        double x = buffer.get(i);
        buffer.put(i, x + STEP);
        double above = evaluation.run(tensors).get("loss")[0];
        buffer.put(i, x - STEP);
        double below = evaluation.run(tensors).get("loss")[0];
        buffer.put(i, x);
        double numeric = (above - below) / (2 * STEP);
        assertThat(Math.abs(gradient[i] - numeric))
            .as("%s[%d]: gradient %s, difference %s", value, i, gradient[i], numeric)
            .isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(numeric)));
      }
    }
  }
}

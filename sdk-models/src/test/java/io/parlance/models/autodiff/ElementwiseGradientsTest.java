package io.parlance.models.autodiff;

import static io.parlance.models.autodiff.GradientCheck.check;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Literal;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ElementwiseGradientsTest {

  private static final DoubleUnaryOperator POSITIVE = x -> Math.abs(x) + 0.5;

  /** Away from zero, where a function has a kink. */
  private static final DoubleUnaryOperator APART = x -> x + 0.1 * Math.signum(x);

  static Stream<Arguments> unary() {
    return Stream.of(
        function("Identity", Operators::identity, x -> x),
        function("Neg", Operators::neg, x -> x),
        function("Abs", Operators::abs, APART),
        function("Sqrt", Operators::sqrt, POSITIVE),
        function("Exp", Operators::exp, x -> x),
        function("Log", Operators::log, POSITIVE),
        function("Sin", Operators::sin, x -> x),
        function("Cos", Operators::cos, x -> x),
        function("Reciprocal", Operators::reciprocal, POSITIVE),
        function("Tanh", Operators::tanh, x -> x),
        function("Sigmoid", Operators::sigmoid, x -> x),
        function("Relu", Operators::relu, APART),
        function("Pow 2", x -> Operators.pow(x, 2), x -> x),
        function("Pow 3", x -> Operators.pow(x, 3), x -> x),
        function("Pow 1", x -> Operators.pow(x, 1), x -> x),
        function("Pow 0.5", x -> Operators.pow(x, 0.5), POSITIVE),
        function("Pow -1.5", x -> Operators.pow(x, -1.5), POSITIVE),
        function("Square", x -> Operators.mul(x, x), x -> x),
        function("Mul constant", x -> Operators.mul(Operators.mul(x, 3), 0.25), x -> x),
        function("Div constant", x -> Operators.div(x, 3), x -> x),
        function("constant Sub", x -> Operators.sub(2, x), x -> x),
        function(
            "Clip",
            x -> Operators.clip(x, -0.05, 0.5),
            x -> Math.abs(x - 0.5) < 1e-3 ? 1 : APART.applyAsDouble(x)),
        function("Sign", x -> Operators.mul(x, Operators.sign(x)), APART),
        function("Cast", x -> Operators.cast(Operators.mul(x, x), ElementType.FLOAT64), x -> x));
  }

  private static Arguments function(
      String name, UnaryOperator<Value> function, DoubleUnaryOperator domain) {
    return Arguments.of(name, function, domain);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unary")
  void unaryOperator(String name, UnaryOperator<Value> function, DoubleUnaryOperator domain) {
    check(at -> function.apply(at.mapped(domain, 2, 3)));
    check(at -> function.apply(at.mapped(domain, "batch=3")));
    // what comes from above is one number for all
    check(at -> Operators.reduceSum(function.apply(at.mapped(domain, 2, 3)), false));
  }

  interface Binary {
    Value of(Value a, Value b);
  }

  static Stream<Arguments> binary() {
    return Stream.of(
        Arguments.of("Add", (Binary) Operators::add),
        Arguments.of("Sub", (Binary) Operators::sub),
        Arguments.of("Mul", (Binary) Operators::mul),
        Arguments.of("Div", (Binary) Operators::div),
        Arguments.of("Pow", (Binary) Operators::pow),
        Arguments.of("Max", (Binary) Operators::max),
        Arguments.of("Min", (Binary) Operators::min));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("binary")
  void binaryOperatorWithBroadcasting(String name, Binary function) {
    check(at -> function.of(at.mapped(POSITIVE, 2, 3), at.mapped(POSITIVE, 2, 3)));
    check(at -> function.of(at.mapped(POSITIVE, 2, 3), at.mapped(POSITIVE, 3)));
    check(at -> function.of(at.mapped(POSITIVE, 2, 1), at.mapped(POSITIVE, 1, 3)));
    check(at -> function.of(at.mapped(POSITIVE), at.mapped(POSITIVE, 2, 3)));
    check(at -> function.of(at.mapped(POSITIVE, 3, 1, 2), at.mapped(POSITIVE, "n=4", 1)));
    check(at -> function.of(at.mapped(POSITIVE, "b=2", "s=3", 4), at.mapped(POSITIVE, 4)));
    check(
        at -> function.of(at.mapped(POSITIVE, "b=2", 1, 4), at.mapped(POSITIVE, "b=2", "s=3", 4)));
    // what comes from above is one number for all, or one for each row
    check(
        at ->
            Operators.reduceSum(
                function.of(at.mapped(POSITIVE, 2, 3), at.mapped(POSITIVE, 3)), false));
    check(
        at ->
            Operators.reduceSum(
                function.of(at.mapped(POSITIVE, "b=2", 3), at.mapped(POSITIVE, 1, 3)), true, 1));
  }

  @Test
  void powerOfZeroDoesNotChangeWithItsExponent() {
    check(
        at ->
            Operators.pow(
                at.graph().constant(Literal.of(ElementType.FLOAT64, new long[] {3}, 0, 1, 2)),
                at.mapped(POSITIVE, 3)));
  }

  @Test
  void where() {
    check(
        at -> {
          Value condition = Operators.greater(at.integers(2, 2, 1), at.graph().longScalar(0));
          return Operators.where(condition, at.real(2, 3), at.real(3));
        });
    check(
        at -> {
          Value condition = Operators.greater(at.integers(2, 2, 3), at.graph().longScalar(0));
          return Operators.where(condition, at.real(), at.real(2, 3));
        });
  }

  @Test
  void sumOfManyInputsAndValuesUsedSeveralTimes() {
    check(
        at -> {
          Value a = at.real(2, 3);
          Value sum =
              at.graph().append("Sum", List.of(a, at.real(3), at.real(2, 1)), Map.of()).output();
          return Operators.mul(Operators.add(sum, a), Operators.exp(a));
        });
  }

  @Test
  void integersStopGradientsQuietly() {
    check(
        at -> {
          Value a = at.real(2, 3);
          Value index = Operators.argMax(a, 1, true);
          Value whole = Operators.cast(Operators.cast(a, ElementType.INT64), ElementType.FLOAT64);
          return Operators.add(
              Operators.mul(a, a),
              Operators.add(whole, Operators.cast(index, ElementType.FLOAT64)));
        });
  }

  @Test
  void stoppedGradient() {
    check(
        at -> {
          Value a = at.real(2, 3);
          Value stopped = Operators.stopGradient(Operators.mul(at.constant(2, 3), 2));
          return Operators.mul(a, stopped);
        });
  }

  @Test
  void derivativeOfItsOwn() {
    check(
        at -> {
          Value a = at.real(2, 3);
          Value b = at.real(3);
          Value product = Operators.mul(a, b);
          return at.graph()
              .differentiate(
                  Operators.identity(product),
                  List.of(a, b),
                  g ->
                      List.of(
                          Operators.mul(g, b), Operators.reduceSum(Operators.mul(a, g), false, 0)));
        });
  }

  // ---- without kernels in double precision: single precision against formulas

  @Test
  void erf() {
    checkFormula(Operators::erf, x -> 2 / Math.sqrt(Math.PI) * Math.exp(-x * x));
  }

  @Test
  void gelu() {
    checkFormula(
        Operators::gelu,
        x -> 0.5 * (1 + erf(x / Math.sqrt(2))) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI));
  }

  @Test
  void geluByTanh() {
    double h = 1e-5;
    DoubleUnaryOperator gelu =
        x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    checkFormula(
        x -> x.graph().append("Gelu", List.of(x), Map.of("approximate", "tanh")).output(),
        x -> (gelu.applyAsDouble(x + h) - gelu.applyAsDouble(x - h)) / (2 * h));
  }

  @Test
  void softplus() {
    checkFormula(Operators::softplus, x -> 1 / (1 + Math.exp(-x)));
  }

  private static void checkFormula(UnaryOperator<Value> function, DoubleUnaryOperator derivative) {
    Graph graph = Graph.training("formula");
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of("n"));
    Value loss = Operators.reduceSum(function.apply(x), false);
    Value gradient = Gradients.of(loss, List.of(x)).get(x);
    float[] points = new float[121];
    for (int i = 0; i < points.length; i++) {
      points[i] = -6 + 0.1f * i;
    }
    try (Evaluation evaluation = new Evaluation(graph, Map.of("gradient", gradient));
        Tensor input = Tensor.of(points, points.length)) {
      double[] values = evaluation.run(Map.of("x", input)).get("gradient");
      for (int i = 0; i < points.length; i++) {
        assertThat(values[i])
            .as("at %s", points[i])
            .isCloseTo(derivative.applyAsDouble(points[i]), within(2e-6));
      }
    }
  }

  /** The error function by its series, exact to about 1e-12 for |x| up to 4.5. */
  private static double erf(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 200; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return sum * 2 / Math.sqrt(Math.PI);
  }
}

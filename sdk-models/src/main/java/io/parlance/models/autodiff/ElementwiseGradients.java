package io.parlance.models.autodiff;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.and;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.cos;
import static io.parlance.models.graph.Operators.div;
import static io.parlance.models.graph.Operators.erf;
import static io.parlance.models.graph.Operators.exp;
import static io.parlance.models.graph.Operators.greater;
import static io.parlance.models.graph.Operators.greaterOrEqual;
import static io.parlance.models.graph.Operators.lessOrEqual;
import static io.parlance.models.graph.Operators.log;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.neg;
import static io.parlance.models.graph.Operators.pow;
import static io.parlance.models.graph.Operators.scalarLike;
import static io.parlance.models.graph.Operators.sigmoid;
import static io.parlance.models.graph.Operators.sign;
import static io.parlance.models.graph.Operators.sin;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.tanh;
import static io.parlance.models.graph.Operators.where;
import static java.util.Map.entry;

import io.parlance.models.graph.Value;
import java.util.Map;

/** Gradient rules of operators that work element by element, with broadcasting. */
final class ElementwiseGradients {

  /** A gradient that needs only the forward node and what comes from above. */
  private interface Unary {
    Value of(Value upstream, Value in, Value out);
  }

  static final Map<String, GradientRule> ROWS =
      Map.ofEntries(
          entry("Identity", unary((g, x, y) -> g)),
          entry("Neg", unary((g, x, y) -> neg(g))),
          entry("Abs", unary((g, x, y) -> mul(g, sign(x)))),
          entry("Sqrt", unary((g, x, y) -> div(Scaling.times(g, 0.5), y))),
          entry("Exp", unary((g, x, y) -> mul(g, y))),
          entry("Log", unary((g, x, y) -> div(g, x))),
          entry("Sin", unary((g, x, y) -> mul(g, cos(x)))),
          entry("Cos", unary((g, x, y) -> mul(neg(g), sin(x)))),
          entry("Reciprocal", unary((g, x, y) -> mul(neg(g), mul(y, y)))),
          entry("Tanh", unary((g, x, y) -> mul(g, sub(1, mul(y, y))))),
          entry("Sigmoid", unary((g, x, y) -> mul(g, sub(y, mul(y, y))))),
          entry("Softplus", unary((g, x, y) -> mul(g, sigmoid(x)))),
          entry("Relu", unary((g, x, y) -> where(greater(y, zero(y)), g, zero(g)))),
          // erf'(x) = 2/sqrt(pi) exp(-x^2), the factor inside the exponential
          entry(
              "Erf",
              unary((g, x, y) -> mul(g, exp(sub(Math.log(2 / Math.sqrt(Math.PI)), mul(x, x)))))),
          entry("Gelu", at -> at.giveElementwise(0, () -> gelu(at))),
          // steps: flat almost everywhere
          entry("Sign", at -> {}),
          entry("Floor", at -> {}),
          entry("Ceil", at -> {}),
          entry("Round", at -> {}),
          entry("Cast", unary((g, x, y) -> cast(g, x.type()))),
          entry("Add", ElementwiseGradients::sumOfTwo),
          entry("Sum", ElementwiseGradients::sumOfAll),
          entry("Sub", ElementwiseGradients::difference),
          entry("Mul", ElementwiseGradients::product),
          entry("Div", ElementwiseGradients::quotient),
          entry("Pow", ElementwiseGradients::power),
          entry("Max", at -> extremum(at, true)),
          entry("Min", at -> extremum(at, false)),
          entry("Where", ElementwiseGradients::choice),
          entry("Clip", ElementwiseGradients::clip));

  private ElementwiseGradients() {}

  private static GradientRule unary(Unary gradient) {
    return at -> at.giveElementwise(0, () -> gradient.of(at.upstream(), at.in(0), at.out()));
  }

  private static Value zero(Value like) {
    return scalarLike(like, 0);
  }

  private static void sumOfTwo(Differentiation at) {
    at.giveElementwise(0, at::upstream);
    at.giveElementwise(1, at::upstream);
  }

  private static void sumOfAll(Differentiation at) {
    for (int i = 0; i < at.node().inputs().size(); i++) {
      at.giveElementwise(i, at::upstream);
    }
  }

  private static void difference(Differentiation at) {
    at.giveElementwise(0, at::upstream);
    at.giveElementwise(1, at::upstream, g -> neg(g));
  }

  private static void product(Differentiation at) {
    Value g = at.upstream();
    if (at.in(0) == at.in(1)) {
      at.giveElementwise(0, () -> mul(Scaling.times(g, 2), at.in(0)));
      return;
    }
    at.giveElementwise(0, () -> Scaling.times(g, at.in(1)));
    at.giveElementwise(1, () -> Scaling.times(g, at.in(0)));
  }

  private static void quotient(Differentiation at) {
    Value g = at.upstream();
    Double constant = Scaling.constant(at.in(1));
    if (constant != null) {
      at.giveElementwise(0, () -> Scaling.times(g, 1 / constant));
      return;
    }
    Value quotient = div(g, at.in(1));
    at.giveElementwise(0, () -> quotient);
    at.giveElementwise(1, () -> mul(neg(quotient), at.out()));
  }

  private static void power(Differentiation at) {
    Value g = at.upstream();
    Value base = at.in(0);
    Double constant = Scaling.constant(at.in(1));
    at.giveElementwise(
        0,
        () -> {
          if (constant == null) {
            return mul(mul(g, at.in(1)), pow(base, sub(at.in(1), scalarLike(at.in(1), 1))));
          }
          Value scaled = Scaling.times(g, constant);
          if (constant == 1) {
            return scaled;
          }
          if (constant == 0.5) {
            return div(scaled, at.out());
          }
          return mul(scaled, constant == 2 ? base : pow(base, constant - 1));
        });
    // at a base of zero the power does not change with the exponent
    at.giveElementwise(
        1,
        () -> {
          Value positive = greater(base, zero(base));
          Value logarithm = log(where(positive, base, scalarLike(base, 1)));
          return mul(mul(g, at.out()), logarithm);
        });
  }

  /** Where the inputs are equal, the first has the gradient. */
  private static void extremum(Differentiation at, boolean largest) {
    if (at.node().inputs().size() > 2) {
      throw new IllegalArgumentException(
          at.node().name()
              + ": the gradient of "
              + at.node().operator()
              + " is written for two inputs, not "
              + at.node().inputs().size()
              + "; nest calls of two");
    }
    if (at.node().inputs().size() == 1) {
      at.giveElementwise(0, at::upstream);
      return;
    }
    Value g = at.upstream();
    Value a = at.in(0);
    Value b = at.in(1);
    Value first = largest ? greaterOrEqual(a, b) : lessOrEqual(a, b);
    at.giveElementwise(0, () -> where(first, g, zero(g)));
    at.giveElementwise(1, () -> where(first, zero(g), g));
  }

  private static void choice(Differentiation at) {
    Value g = at.upstream();
    at.giveElementwise(1, () -> where(at.in(0), g, zero(g)));
    at.giveElementwise(2, () -> where(at.in(0), zero(g), g));
  }

  /** On the bounds the gradient passes. */
  private static void clip(Differentiation at) {
    Value g = at.upstream();
    Value x = at.in(0);
    at.giveElementwise(
        0,
        () -> {
          Value inside = null;
          if (at.node().hasInput(1)) {
            inside = greaterOrEqual(x, at.in(1));
          }
          if (at.node().hasInput(2)) {
            Value below = lessOrEqual(x, at.in(2));
            inside = inside == null ? below : and(inside, below);
          }
          return inside == null ? g : where(inside, g, zero(g));
        });
  }

  /**
   * Gelu(x) = x P(x) with the normal distribution function P = (1 + erf(x/sqrt 2)) / 2, so the
   * derivative is P(x) + x p(x). With z = x / sqrt 2 this is (1 + erf z) / 2 + z exp(-z^2) /
   * sqrt(pi).
   */
  private static Value gelu(Differentiation at) {
    Value g = at.upstream();
    Value x = at.in(0);
    if (at.node().text("approximate", "none").equals("tanh")) {
      return mul(g, geluTanh(x));
    }
    Value z = mul(x, Math.sqrt(0.5));
    Value density = exp(sub(Math.log(1 / Math.sqrt(Math.PI)), mul(z, z)));
    Value distribution = add(mul(erf(z), 0.5), 0.5);
    return mul(g, add(distribution, mul(z, density)));
  }

  /** The derivative of x (1 + tanh u) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3). */
  private static Value geluTanh(Value x) {
    double k = Math.sqrt(2 / Math.PI);
    Value square = mul(x, x);
    Value t = tanh(mul(x, add(mul(square, k * 0.044715), k)));
    Value slope = mul(x, add(mul(square, 1.5 * k * 0.044715), 0.5 * k)); // x u' / 2
    return add(add(mul(t, 0.5), 0.5), mul(sub(1, mul(t, t)), slope));
  }
}

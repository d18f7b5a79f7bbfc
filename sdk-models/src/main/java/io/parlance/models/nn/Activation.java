package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.clip;
import static io.parlance.models.graph.Operators.erf;
import static io.parlance.models.graph.Operators.gelu;
import static io.parlance.models.graph.Operators.max;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.relu;
import static io.parlance.models.graph.Operators.sigmoid;
import static io.parlance.models.graph.Operators.softplus;
import static io.parlance.models.graph.Operators.sqrt;
import static io.parlance.models.graph.Operators.tanh;

import io.parlance.models.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Activation functions by the names that {@code hidden_act} has in {@code config.json}. */
public enum Activation {
  /** Exact GELU, x Φ(x) (Hendrycks and Gimpel 2016). */
  GELU(x -> gelu(x), "gelu", "gelu_python"),
  /** GELU by tanh, as in GPT-2 and the original BERT code. */
  GELU_TANH(
      Activation::tanhGelu,
      "gelu_new",
      "gelu_pytorch_tanh",
      "gelu_tanh",
      "gelu_python_tanh",
      "gelu_fast",
      "gelu_accurate"),
  /** x σ(1.702 x). */
  QUICK_GELU(x -> mul(x, sigmoid(mul(x, 1.702))), "quick_gelu"),
  RELU(x -> relu(x), "relu"),
  /** x σ(x). */
  /** max(x, 0)² (So et al. 2021). */
  RELU_SQUARED(x -> mul(relu(x), relu(x)), "relu2"),
  /** min(max(x, 0), 6). */
  RELU6(x -> clip(x, 0, 6), "relu6"),
  /** max(x, x / 100). */
  LEAKY_RELU(x -> max(x, mul(x, 0.01)), "leaky_relu"),
  /** GELU cut off at -10 and 10. */
  GELU_10(x -> clip(gelu(x), -10, 10), "gelu_10"),
  /** x tanh(log(1 + e^x)) (Misra 2019). */
  MISH(x -> mul(x, tanh(softplus(x))), "mish"),
  /** x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). */
  HARD_SWISH(x -> mul(mul(x, clip(add(x, 3), 0, 6)), 1.0 / 6), "hardswish"),
  /** The distribution function of a normal variable of these moments (Ma et al. 2022). */
  LAPLACE(
      x -> mul(add(erf(mul(add(x, -0.707107), 1 / (0.282095 * Math.sqrt(2)))), 1), 0.5), "laplace"),
  SQRT_SOFTPLUS(x -> sqrt(softplus(x)), "sqrtsoftplus"),
  SILU(x -> mul(x, sigmoid(x)), "silu", "swish"),
  TANH(x -> tanh(x), "tanh"),
  SIGMOID(x -> sigmoid(x), "sigmoid"),
  LINEAR(x -> x, "linear");

  private final UnaryOperator<Value> function;
  private final List<String> names;

  Activation(UnaryOperator<Value> function, String... names) {
    this.function = function;
    this.names = List.of(names);
  }

  /** Applies the function element by element. */
  public Value apply(Value x) {
    return function.apply(x);
  }

  /**
   * The activation of this {@code hidden_act} name.
   *
   * @throws IllegalArgumentException listing the known names
   */
  public static Activation named(String name) {
    for (Activation activation : values()) {
      if (activation.names.contains(name)) {
        return activation;
      }
    }
    throw new IllegalArgumentException(
        "activation '"
            + name
            + "' is unknown; known are "
            + Arrays.stream(values()).flatMap(a -> a.names.stream()).toList());
  }

  private static Value tanhGelu(Value x) {
    Value cubic = mul(x, add(mul(mul(x, x), 0.044715), 1));
    return mul(mul(x, 0.5), add(tanh(mul(cubic, Math.sqrt(2 / Math.PI))), 1));
  }
}

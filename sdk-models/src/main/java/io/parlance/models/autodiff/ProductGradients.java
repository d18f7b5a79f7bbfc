package io.parlance.models.autodiff;

import static io.parlance.models.graph.Operators.gemm;
import static io.parlance.models.graph.Operators.matMul;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.transpose;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Value;
import java.util.Arrays;
import java.util.Map;

/** Gradient rules of matrix products. */
final class ProductGradients {

  static final Map<String, GradientRule> ROWS =
      Map.of("MatMul", ProductGradients::matMulRow, "Gemm", ProductGradients::gemmRow);

  private ProductGradients() {}

  private static void matMulRow(Differentiation at) {
    Value a = at.in(0);
    Value b = at.in(1);
    if (a.shape().rank() == 1 || b.shape().rank() == 1) {
      vectorProduct(at);
    } else if (a.shape().rank() == 2 && b.shape().rank() == 2) {
      give(at, false, false, 1);
    } else if (b.shape().rank() == 2 && a.shape().get(-1).isFixed() && b.shape().get(1).isFixed()) {
      // a stack of matrices times one matrix: all rows at once
      Value g = flatten(at.whole());
      at.give(0, () -> at.reshapeLike(gemm(g, b, null, false, true, 1), a));
      at.give(1, () -> gemm(flatten(a), g, null, true, false, 1));
    } else {
      Value g = at.whole();
      at.give(0, () -> matMul(g, swap(b)));
      at.give(1, () -> matMul(swap(a), g));
    }
  }

  private static Value flatten(Value a) {
    return reshape(a, -1, a.shape().get(-1).size());
  }

  private static void gemmRow(Differentiation at) {
    Node node = at.node();
    give(
        at,
        node.integer("transA", 0) != 0,
        node.integer("transB", 0) != 0,
        node.number("alpha", 1));
    at.give(2, () -> Scaling.times(at.whole(), node.number("beta", 1)));
  }

  /** The gradients of {@code alpha * op(a) * op(b)} by a and b. */
  private static void give(Differentiation at, boolean transA, boolean transB, double alpha) {
    Value a = at.in(0);
    Value b = at.in(1);
    Value whole = at.whole();
    Backward.RowScaled scaled = at.backward().rowScaled(whole);
    if (scaled != null && !transA && isNarrower(a.shape().get(1), whole.shape().get(1))) {
      // the wide gradient stays as it is, its narrow partner is scaled
      Value g = scaled.data();
      at.give(0, () -> mul(gemm(g, b, null, false, !transB, alpha), scaled.rows()));
      Value rows = at.wants(1) ? mul(a, scaled.rows()) : a;
      at.give(
          1,
          () ->
              transB
                  ? gemm(g, rows, null, true, false, alpha)
                  : gemm(rows, g, null, true, false, alpha));
      return;
    }
    at.give(
        0,
        () ->
            transA
                ? gemm(b, whole, null, transB, true, alpha)
                : gemm(whole, b, null, false, !transB, alpha));
    at.give(
        1,
        () ->
            transB
                ? gemm(whole, a, null, true, transA, alpha)
                : gemm(a, whole, null, !transA, false, alpha));
  }

  private static boolean isNarrower(Dimension a, Dimension b) {
    return a.isFixed() && b.isFixed() && a.size() < b.size();
  }

  /** Products with vectors, as products with matrices of one row or column. */
  private static void vectorProduct(Differentiation at) {
    boolean leftVector = at.in(0).shape().rank() == 1;
    boolean rightVector = at.in(1).shape().rank() == 1;
    Value a = leftVector ? unsqueeze(at.in(0), 0) : at.in(0);
    Value b = rightVector ? unsqueeze(at.in(1), 1) : at.in(1);
    Value column = rightVector ? unsqueeze(at.whole(), at.out().shape().rank()) : at.whole();
    Value g = leftVector ? unsqueeze(column, column.shape().rank() - 1) : column;
    at.give(0, () -> matMul(g, swap(b)));
    at.give(
        1,
        () -> {
          Value gradient = matMul(swap(a), g);
          return rightVector ? squeeze(gradient, gradient.shape().rank() - 1) : gradient;
        });
  }

  /**
   * The transposed matrices; where the operand is a transposition itself, one transposition of its
   * source.
   */
  static Value swap(Value a) {
    int rank = a.shape().rank();
    long[] order = new long[rank];
    Arrays.setAll(order, i -> i);
    order[rank - 1] = rank - 2;
    order[rank - 2] = rank - 1;
    Node producer = a.producer();
    long[] inner =
        producer != null && producer.operator().equals("Transpose")
            ? producer.integers("perm")
            : null;
    if (producer == null || inner == null) {
      return transpose(a, order);
    }
    long[] composed = new long[rank];
    Arrays.setAll(composed, i -> inner[(int) order[i]]);
    boolean identity = true;
    for (int i = 0; i < rank; i++) {
      identity &= composed[i] == i;
    }
    return identity ? producer.input(0) : transpose(producer.input(0), composed);
  }
}

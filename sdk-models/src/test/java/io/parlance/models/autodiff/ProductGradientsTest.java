package io.parlance.models.autodiff;

import static io.parlance.models.autodiff.GradientCheck.check;
import static io.parlance.models.graph.Operators.gemm;
import static io.parlance.models.graph.Operators.matMul;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.transpose;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProductGradientsTest {

  @Test
  void matrices() {
    check(at -> matMul(at.real(2, 3), at.real(3, 4)));
    check(at -> matMul(at.real("n=2", "k=3"), at.real("k=3", 4)));
    check(at -> reduceSum(matMul(at.real(2, 3), at.real(3, 4)), false));
  }

  @Test
  void stackTimesMatrix() {
    check(at -> matMul(at.real(2, 3, 4), at.real(4, 5)));
    check(at -> matMul(at.real("b=2", "s=3", 4), at.real(4, 5)));
    check(at -> matMul(at.real("b=2", "s=3", "k=2"), at.real("k=2", "n=3")));
    check(at -> matMul(at.real("b=2", 2, "s=3", 4), transpose(at.real(5, 4), 1, 0)));
  }

  @Test
  void matrixTimesStack() {
    check(at -> matMul(at.real(2, 3), at.real(4, 3, 2)));
    check(at -> matMul(at.real("m=2", "k=3"), at.real("b=2", "k=3", "n=2")));
  }

  @Test
  void stackTimesStackWithBroadcasting() {
    check(at -> matMul(at.real(2, 3, 2, 4), at.real(2, 3, 4, 2)));
    check(at -> matMul(at.real("b=2", 3, "s=2", 2), at.real("b=2", 3, 2, "s=2")));
    check(at -> matMul(at.real("b=2", 3, "s=2", 2), at.real(3, 2, "s=2")));
    check(at -> matMul(at.real(2, 1, 2, 3), at.real(4, 3, 2)));
  }

  @Test
  void stackTimesTransposedStack() {
    check(
        at ->
            matMul(
                at.real("b=2", 3, "s=2", 2), transpose(at.real("b=2", 3, "t=3", 2), 0, 1, 3, 2)));
    check(
        at ->
            matMul(
                at.real("b=2", 3, "s=2", 2), transpose(at.real("b=2", "t=3", 3, 2), 0, 2, 3, 1)));
    check(at -> matMul(transpose(at.real("b=2", 2, "s=2"), 0, 2, 1), at.real("b=2", 2, 3)));
  }

  @Test
  void vectors() {
    check(at -> matMul(at.real(3), at.real(3)));
    check(at -> matMul(at.real("k=3"), at.real("k=3", "n=2")));
    check(at -> matMul(at.real(2, 3), at.real(3)));
    check(at -> matMul(at.real("b=2", "m=2", 3), at.real(3)));
    check(at -> matMul(at.real(3), at.real("b=2", 3, 2)));
  }

  @ParameterizedTest
  @CsvSource({"false,false", "true,false", "false,true", "true,true"})
  void gemmInEveryForm(boolean transA, boolean transB) {
    for (double alpha : new double[] {1, 0.7}) {
      check(
          at ->
              gemm(
                  transA ? at.real(3, "m=2") : at.real("m=2", 3),
                  transB ? at.real(4, 3) : at.real(3, 4),
                  at.real(4),
                  transA,
                  transB,
                  alpha));
      check(
          at ->
              gemm(
                  transA ? at.real("k=3", 2) : at.real(2, "k=3"),
                  transB ? at.real(4, "k=3") : at.real("k=3", 4),
                  null,
                  transA,
                  transB,
                  alpha));
    }
  }

  @Test
  void gemmWithScaledTerm() {
    check(
        at ->
            at.graph()
                .append(
                    "Gemm",
                    List.of(at.real(2, 3), at.real(3, 4), at.real(2, 1)),
                    Map.of("alpha", 0.5, "beta", 0.25))
                .output());
  }

  @Test
  void theSameMatrixTwice() {
    check(
        at -> {
          var a = at.real(3, 3);
          return matMul(a, a);
        });
  }
}

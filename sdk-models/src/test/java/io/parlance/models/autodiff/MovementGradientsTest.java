package io.parlance.models.autodiff;

import static io.parlance.models.autodiff.GradientCheck.check;
import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.expand;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.gatherElements;
import static io.parlance.models.graph.Operators.gatherNd;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.scatterElements;
import static io.parlance.models.graph.Operators.scatterNd;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.split;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.transpose;
import static io.parlance.models.graph.Operators.triangle;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MovementGradientsTest {

  @Test
  void reshapes() {
    check(at -> reshape(at.real(2, 3, 4), 6, 4));
    check(at -> reshape(at.real("b=2", "s=3", 4), -1, 4));
    check(at -> reshape(at.real("b=2", "s=3", 4), 0, 0, 2, 2));
    check(at -> reshape(reshape(at.real("b=2", "s=3", 4), -1, 4), -1));
    check(at -> unsqueeze(at.real("b=2", 3), 0, 2));
    check(at -> squeeze(at.real("b=2", 1, 3), 1));
    check(at -> mul(unsqueeze(reduceMean(at.real("b=2", 3), false, 1), 1), at.real("b=2", 3)));
    check(at -> reduceMean(reshape(at.real("b=2", "s=3", 4), -1, 4), false));
  }

  @Test
  void transposes() {
    check(at -> transpose(at.real(2, "s=3", 4), 2, 0, 1));
    check(at -> transpose(at.real("b=2", 3, 2, 2), 0, 2, 1, 3));
    check(at -> at.graph().append("Transpose", List.of(at.real(2, 3, 4)), Map.of()).output());
  }

  @Test
  void concatenations() {
    check(at -> concat(1, at.real(2, 3), at.real(2, 1), at.real(2, 4)));
    check(at -> concat(0, at.real("a=2", 3), at.real("b=4", 3)));
    check(at -> concat(-1, at.real("b=2", 3), at.constant("b=2", 2)));
  }

  @Test
  void splits() {
    check(at -> split(at.real("b=2", 6), 1, 2, 1, 3).get(2));
    check(
        at -> {
          List<Value> parts = split(at.real("b=2", 6), 1, 2, 2, 2);
          return mul(parts.get(0), parts.get(2));
        });
  }

  @Test
  void slices() {
    check(at -> slice(at.real(4, 3), 0, 1, 3));
    check(at -> slice(at.real(4, 3), 1, -2, Long.MAX_VALUE));
    check(at -> slice(at.real("n=4", 3), 0, 0, 1));
    check(at -> slice(at.real("n=4", 3), 0, -2, -1));
    check(at -> slice(at.real("n=4", 3), 0, 1, Long.MAX_VALUE));
    check(at -> slice(at.real("n=4", 3), 0, 0, Long.MAX_VALUE));
    check(
        at -> {
          Value x = at.real("n=4", 3);
          Value end = shape(at.constant("m=2"), 0, 1);
          return slice(x, 0, at.graph().longs(0), end);
        });
    check(
        at -> {
          Value x = at.real("n=4", 3);
          return slice(x, 0, shape(at.constant("m=2"), 0, 1), shape(x, 0, 1));
        });
  }

  @Test
  void slicesOfSeveralAxes() {
    check(
        at ->
            at.graph()
                .append(
                    "Slice",
                    List.of(
                        at.real("n=4", 3, 5),
                        at.graph().longs(1, -4),
                        at.graph().longs(3, 4),
                        at.graph().longs(0, 2)),
                    Map.of())
                .output());
  }

  @Test
  void slicesWithSteps() {
    for (long[] bounds : new long[][] {{0, 5, 2}, {1, 5, 3}, {-1, Long.MIN_VALUE, -1}}) {
      check(
          at ->
              at.graph()
                  .append(
                      "Slice",
                      List.of(
                          at.real(2, "n=5"),
                          at.graph().longs(bounds[0]),
                          at.graph().longs(bounds[1]),
                          at.graph().longs(1),
                          at.graph().longs(bounds[2])),
                      Map.of())
                  .output());
    }
  }

  @Test
  void gathers() {
    check(at -> gather(at.real(5, 3), at.integers(5, 2, 4), 0));
    check(at -> gather(at.real(5), at.integers(5, "n=4"), 0));
    check(at -> gather(at.real("v=5", 3), at.integers(5, "b=2", "s=2"), 0));
    check(at -> gather(at.real(2, 5, 3), at.integers(5, 2, 2), 1));
    check(at -> gather(at.real("b=2", "s=5"), at.integers(5, "n=4"), 1));
    check(at -> gather(at.real("b=2", 2, "s=5"), at.integers(5), 2));
  }

  @Test
  void gathersOfOnePosition() {
    check(at -> gather(at.real("b=2", "s=3", 4), at.graph().longScalar(0), 1));
    check(at -> gather(at.real("b=2", "s=3", 4), at.graph().longScalar(-1), 1));
    check(at -> gather(at.real("b=2", "s=3", 4), at.graph().longs(2), 1));
    check(at -> gather(at.real("b=2", 3, 4), at.graph().longScalar(-2), 1));
  }

  @Test
  void gathersOfElementsAndTuples() {
    check(at -> gatherElements(at.real(3, 4), at.integers(4, 3, 2), 1));
    check(at -> gatherElements(at.real("n=3", 4), at.integers(3, "m=5", 4), 0));
    check(at -> gatherNd(at.real(3, 4, 2), at.integers(3, 5, 2)));
    check(at -> gatherNd(at.real("b=3", "s=4"), at.integers(3, "m=5", 2)));
  }

  @Test
  void scatters() {
    check(
        at ->
            scatterElements(
                at.real(3, 4),
                at.given(new long[] {0, 2, 1, 3, 2, 0}, 3, 2),
                at.real(3, 2),
                1,
                "none"));
    check(
        at ->
            scatterElements(
                at.real("n=3", 4), at.integers(3, "m=5", 4), at.real("m=5", 4), 0, "add"));
    check(
        at ->
            scatterNd(
                at.real(4, "k=3"), at.given(new long[] {3, 1}, 2, 1), at.real(2, "k=3"), "none"));
    check(at -> scatterNd(at.real(4, 3), at.integers(3, 5, 2), at.real(5), "add"));
  }

  @Test
  void repetitionsAndTriangles() {
    check(at -> expand(at.real(2, 1, 3), at.graph().longs(2, 4, 3)));
    check(at -> expand(at.real(3), shape(at.constant("b=2", 3))));
    check(at -> triangle(at.real("n=3", "n=3"), true, 1));
    check(at -> triangle(at.real(2, 3, 4), false, 0));
  }
}

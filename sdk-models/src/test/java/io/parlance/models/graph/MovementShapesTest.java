package io.parlance.models.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.runtime.ElementType;
import java.util.List;
import org.junit.jupiter.api.Test;

class MovementShapesTest {

  private final Graph graph = Graph.inference("shapes");

  @Test
  void reshapeKeepsNamedSizesWhereTheyDivide() {
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of("batch", "sequence", 8));
    assertThat(Operators.reshape(x, -1, 4).shape())
        .isEqualTo(new Shape(List.of(twice("batch", "sequence"), Dimension.of(4))));
  }

  private static Dimension twice(String a, String b) {
    return Dimension.of(2).times(Dimension.of(a)).times(Dimension.of(b));
  }

  @Test
  void reshapeLeavesASizeOpenThatMayDivideWhenTheGraphRuns() {
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of("batch", "sequence", 4));
    Shape shape = Operators.reshape(x, -1, 8).shape();
    assertThat(shape.get(0).isUnknown()).isTrue();
    assertThat(shape.get(1)).isEqualTo(Dimension.of(8));
  }

  @Test
  void reshapeRefusesFixedSizesThatDoNotDivide() {
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of(3, 4));
    assertThatThrownBy(() -> Operators.reshape(x, -1, 8))
        .hasMessageContaining("shape [3, 4] has not as many elements as [null, 8]");
    Value y = graph.input("y", ElementType.FLOAT32, Shape.of("batch", 4));
    assertThatThrownBy(() -> Operators.reshape(y, 5, 8))
        .hasMessageContaining("shape [batch, 4] has not as many elements as [5, 8]");
  }
}

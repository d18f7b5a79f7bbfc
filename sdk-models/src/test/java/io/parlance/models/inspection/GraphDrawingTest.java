package io.parlance.models.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.models.architecture.Gpt2Config;
import io.parlance.models.architecture.Head;
import io.parlance.models.inspection.GraphDrawing.Arrow;
import io.parlance.models.inspection.GraphDrawing.Box;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GraphDrawingTest {

  private final GraphDrawing drawing =
      GraphDrawing.of(ModelSummary.graph(Gpt2Config.small().model(Head.CAUSAL_LM)));

  @Test
  void drawsOneLayerInFullAndTheOthersAsOneBox() {
    assertThat(drawing.boxes().stream().map(Box::id))
        .contains("input_ids", "transformer.wte", "transformer.h.0.attn.c_attn", "output logits")
        .contains("transformer.h.1 to 11")
        .noneMatch(id -> id.startsWith("transformer.h.1."));
    assertThat(
            drawing.boxes().stream()
                .filter(box -> box.id().equals("transformer.h.0.mlp.c_fc"))
                .findFirst()
                .orElseThrow()
                .lines())
        .isEqualTo(List.of("transformer.h.0.mlp.c_fc", "bias [3072]", "weight [768, 3072]"));
  }

  /** The residual connection goes around attention and joins behind it. */
  @Test
  void arrowsFollowTheData() {
    assertThat(drawing.arrows())
        .contains(
            new Arrow("input_ids", "transformer.wte", "[batch, sequence]"),
            new Arrow(
                "transformer.h.0.attn", "transformer.h.0.attn.c_proj", "[batch, sequence, 768]"),
            new Arrow(
                "transformer.h.0.attn.c_proj", "transformer.h.0/Add_1", "[batch, sequence, 768]"),
            new Arrow("transformer/Add_1", "transformer.h.0/Add_1", "[batch, sequence, 768]"),
            new Arrow("transformer.h.1 to 11", "transformer.ln_f", "[batch, sequence, 768]"));
    Set<String> ids = drawing.boxes().stream().map(Box::id).collect(Collectors.toSet());
    assertThat(drawing.arrows()).allMatch(a -> ids.contains(a.from()) && ids.contains(a.to()));
  }

  @Test
  void writesGraphviz() {
    GraphDrawing small =
        new GraphDrawing(
            "a \"b\"",
            List.of(
                new Box("x", GraphDrawing.Kind.INPUT, List.of("x")),
                new Box("y", GraphDrawing.Kind.OPERATOR, List.of("Add", "[1]"))),
            List.of(new Arrow("x", "y", "[2, 3]"), new Arrow("y", "x", "")));
    assertThat(small.toDot())
        .isEqualTo(
            """
            digraph "a \\"b\\"" {
              node [fontname="sans-serif", fontsize=10, shape=box];
              edge [fontname="sans-serif", fontsize=8];
              "x" [label="x", shape=ellipse];
              "y" [label="Add\\n[1]", style=rounded];
              "x" -> "y" [label="[2, 3]"];
              "y" -> "x";
            }
            """);
  }
}

package io.parlance.models.inspection;

import io.parlance.models.graph.Graph;
import java.util.List;

/**
 * A graph as boxes and arrows: a box for each layer with weights or products of matrices, one for
 * each place where such layers' results meet, one for each input and output. Of layers that are
 * repeated the first is drawn in full and the others as one box.
 *
 * @param name of the graph
 * @param boxes in the order of computation
 * @param arrows from box to box
 */
public record GraphDrawing(String name, List<Box> boxes, List<Arrow> arrows) {

  /** What a box stands for. */
  public enum Kind {
    INPUT,
    OUTPUT,
    LAYER,
    OPERATOR
  }

  /**
   * A box.
   *
   * @param id unique in the drawing
   * @param lines what is written in it
   */
  public record Box(String id, Kind kind, List<String> lines) {
    /** Copies the list. */
    public Box {
      lines = List.copyOf(lines);
    }
  }

  /**
   * An arrow.
   *
   * @param from the id of a box
   * @param to the id of a box
   * @param label the shape of what flows, empty where it is not known
   */
  public record Arrow(String from, String to, String label) {}

  /** Copies the lists. */
  public GraphDrawing {
    boxes = List.copyOf(boxes);
    arrows = List.copyOf(arrows);
  }

  /** The drawing of a graph; inner graphs of control flow are not drawn. */
  public static GraphDrawing of(Graph graph) {
    return new DrawingBuilder(graph).drawing();
  }

  /** The drawing in Graphviz's language: {@code dot -Tsvg FILE} lays it out. */
  public String toDot() {
    StringBuilder dot = new StringBuilder();
    dot.append("digraph ").append(quoted(name)).append(" {\n");
    dot.append("  node [fontname=\"sans-serif\", fontsize=10, shape=box];\n");
    dot.append("  edge [fontname=\"sans-serif\", fontsize=8];\n");
    for (Box box : boxes) {
      dot.append("  ").append(quoted(box.id())).append(" [label=");
      dot.append(quoted(String.join("\n", box.lines()))).append(style(box.kind())).append("];\n");
    }
    for (Arrow arrow : arrows) {
      dot.append("  ").append(quoted(arrow.from())).append(" -> ").append(quoted(arrow.to()));
      if (!arrow.label().isEmpty()) {
        dot.append(" [label=").append(quoted(arrow.label())).append(']');
      }
      dot.append(";\n");
    }
    return dot.append("}\n").toString();
  }

  private static String style(Kind kind) {
    return switch (kind) {
      case INPUT, OUTPUT -> ", shape=ellipse";
      case LAYER -> ", style=\"rounded,filled\", fillcolor=\"#e8eef7\"";
      case OPERATOR -> ", style=rounded";
    };
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}

package io.parlance.samples.cli;

import io.parlance.models.inspection.GraphDrawing;
import io.parlance.models.inspection.GraphDrawing.Box;
import io.parlance.models.inspection.GraphDrawing.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.core.RecursiveGraphLayoutEngine;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkBendPoint;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkLabel;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/** A drawing as SVG: layers from top to bottom, placed by the Eclipse Layout Kernel. */
final class SvgDrawing {

  private static final double LINE = 14;
  private static final double CHARACTER = 6.2;
  private static final double LABEL_CHARACTER = 5;
  private static final double LABEL_LINE = 10;
  private static final double PADDING = 8;
  private static final double BASELINE = 4;

  private final GraphDrawing drawing;
  private final ElkNode root = ElkGraphUtil.createGraph();
  private final Map<String, ElkNode> nodes = new HashMap<>();
  private final StringBuilder svg = new StringBuilder();

  private SvgDrawing(GraphDrawing drawing) {
    this.drawing = drawing;
  }

  static String of(GraphDrawing drawing) {
    SvgDrawing svg = new SvgDrawing(drawing);
    svg.layOut();
    svg.write();
    return svg.svg.toString();
  }

  private void layOut() {
    root.setProperty(CoreOptions.ALGORITHM, LayeredOptions.ALGORITHM_ID);
    root.setProperty(CoreOptions.DIRECTION, Direction.DOWN);
    root.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
    for (Box box : drawing.boxes()) {
      ElkNode node = ElkGraphUtil.createNode(root);
      int longest = box.lines().stream().mapToInt(String::length).max().orElse(0);
      node.setDimensions(longest * CHARACTER + 2 * PADDING, box.lines().size() * LINE + PADDING);
      nodes.put(box.id(), node);
    }
    for (GraphDrawing.Arrow arrow : drawing.arrows()) {
      ElkEdge edge = ElkGraphUtil.createSimpleEdge(node(arrow.from()), node(arrow.to()));
      if (!arrow.label().isEmpty()) {
        ElkLabel label = ElkGraphUtil.createLabel(arrow.label(), edge);
        label.setDimensions(arrow.label().length() * LABEL_CHARACTER, LABEL_LINE);
      }
    }
    new RecursiveGraphLayoutEngine().layout(root, new BasicProgressMonitor());
  }

  private ElkNode node(String id) {
    return Objects.requireNonNull(nodes.get(id), id);
  }

  private void write() {
    line(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" "
            + "height=\"%.0f\" font-family=\"sans-serif\">",
        root.getWidth(), root.getHeight(), root.getWidth(), root.getHeight());
    line("<title>%s</title>", escaped(drawing.name()));
    line(
        "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" "
            + "markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>");
    root.getContainedEdges().forEach(this::write);
    drawing.boxes().forEach(box -> write(box, node(box.id())));
    line("</svg>");
  }

  private void write(Box box, ElkNode node) {
    boolean round = box.kind() == Kind.INPUT || box.kind() == Kind.OUTPUT;
    line(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%.1f\" fill=\"%s\" "
            + "stroke=\"#333\"/>",
        node.getX(),
        node.getY(),
        node.getWidth(),
        node.getHeight(),
        round ? node.getHeight() / 2 : BASELINE,
        box.kind() == Kind.LAYER ? "#e8eef7" : "#fff");
    List<String> lines = box.lines();
    for (int i = 0; i < lines.size(); i++) {
      text(
          lines.get(i),
          node.getX() + node.getWidth() / 2,
          node.getY() + PADDING / 2 + (i + 1) * LINE - BASELINE,
          11,
          "middle");
    }
  }

  private void write(ElkEdge edge) {
    for (ElkEdgeSection section : edge.getSections()) {
      StringBuilder path = new StringBuilder();
      path.append(point('M', section.getStartX(), section.getStartY()));
      for (ElkBendPoint bend : section.getBendPoints()) {
        path.append(point('L', bend.getX(), bend.getY()));
      }
      path.append(point('L', section.getEndX(), section.getEndY()));
      line("<path d=\"%s\" fill=\"none\" stroke=\"#333\" marker-end=\"url(#head)\"/>", path);
    }
    for (ElkLabel label : edge.getLabels()) {
      text(label.getText(), label.getX(), label.getY() + LABEL_LINE - 2, 8, "start");
    }
  }

  private static String point(char command, double x, double y) {
    return String.format(Locale.ROOT, "%c%.1f %.1f", command, x, y);
  }

  private void text(String text, double x, double y, int size, String anchor) {
    line(
        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" text-anchor=\"%s\">%s</text>",
        x, y, size, anchor, escaped(text));
  }

  private void line(String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}

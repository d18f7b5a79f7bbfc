package io.parlance.models.inspection;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts layers that differ in the numbers of their paths only into one line. */
final class LayerGroups {

  /** What layers of one line have in common. */
  private record Kind(
      String path, String operators, List<String> weights, String output, double flops) {}

  private LayerGroups() {}

  static List<LayerSummary> of(List<LayerSummary> layers) {
    Map<Kind, List<LayerSummary>> groups = new LinkedHashMap<>();
    for (LayerSummary layer : layers) {
      Kind kind =
          new Kind(
              SummaryBuilder.pattern(layer.path()),
              layer.operators(),
              layer.weights(),
              layer.output().replaceAll("unknown_\\d+", "?"),
              layer.flops());
      groups.computeIfAbsent(kind, k -> new ArrayList<>()).add(layer);
    }
    List<LayerSummary> lines = new ArrayList<>();
    groups.forEach((kind, group) -> lines.add(line(kind, group)));
    return lines;
  }

  private static LayerSummary line(Kind kind, List<LayerSummary> group) {
    LayerSummary first = group.get(0);
    return new LayerSummary(
        group.size() == 1 ? first.path() : common(group),
        group.size(),
        first.operators(),
        first.weights(),
        kind.output(),
        first.parameters(),
        first.flops());
  }

  /** The path with a star where the group's paths differ. */
  private static String common(List<LayerSummary> group) {
    String[] parts = group.get(0).path().split("\\.");
    for (LayerSummary layer : group) {
      String[] others = layer.path().split("\\.");
      for (int i = 0; i < parts.length; i++) {
        if (!parts[i].equals(others[i])) {
          parts[i] = "*";
        }
      }
    }
    return String.join(".", parts);
  }
}

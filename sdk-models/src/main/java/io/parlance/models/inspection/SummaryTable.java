package io.parlance.models.inspection;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The summary of a model as lines of text. */
final class SummaryTable {

  private static final List<String> HEADINGS =
      List.of("layer", "count", "weights", "output", "parameters", "FLOPs/token");

  /** Columns of numbers, which stand right. */
  private static final List<Integer> NUMBERS = List.of(1, 4, 5);

  private static final String GAP = "  ";
  private static final int FLOAT_BYTES = 4;
  private static final int HALF_BYTES = 2;

  private SummaryTable() {}

  static String of(ModelSummary summary) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    for (LayerSummary layer : summary.layers()) {
      rows.add(
          List.of(
              layer.path().isEmpty() ? "(graph)" : layer.path(),
              layer.count() == 1 ? "" : "x" + layer.count(),
              String.join(", ", layer.weights()).strip(),
              layer.output(),
              layer.parameters() == 0 ? "" : number(layer.parameters() * layer.count()),
              layer.flops() == 0 ? "" : number(Math.round(layer.flops() * layer.count()))));
    }
    rows.add(
        List.of(
            "total",
            "",
            "",
            "",
            number(summary.parameters()),
            number(Math.round(summary.flops()))));
    return summary.name() + "\n\n" + aligned(rows) + "\n" + sums(summary);
  }

  private static String aligned(List<List<String>> rows) {
    int[] widths = new int[HEADINGS.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = rows.get(r).get(i);
        String room = " ".repeat(widths[i] - cell.length());
        line.append(i == 0 ? "" : GAP).append(NUMBERS.contains(i) ? room + cell : cell + room);
      }
      text.append(line.toString().stripTrailing()).append('\n');
      if (r == 0 || r == rows.size() - 2) {
        text.append("-".repeat(line.length())).append('\n');
      }
    }
    return text.toString();
  }

  private static String sums(ModelSummary summary) {
    StringBuilder text = new StringBuilder();
    text.append("parameters        ")
        .append(number(summary.parameters()))
        .append(" (")
        .append(bytes(summary.parameters() * FLOAT_BYTES))
        .append(" as float32, ")
        .append(bytes(summary.parameters() * HALF_BYTES))
        .append(" as float16)\n");
    if (summary.activeParameters() != summary.parameters()) {
      text.append("active a token    ").append(number(summary.activeParameters())).append('\n');
    }
    text.append("FLOPs a token     ")
        .append(number(Math.round(summary.flops())))
        .append(" in a text of ")
        .append(number(summary.tokens()))
        .append(summary.tokens() == 1 ? " token" : " tokens")
        .append(
            summary.uncounted() == 0
                ? "\n"
                : ", without "
                    + summary.uncounted()
                    + " products of shapes that the file does not tell\n");
    if (summary.cacheElements() > 0) {
      text.append("KV cache a token  ")
          .append(number(summary.cacheBytes()))
          .append(" bytes (")
          .append(number(summary.cacheElements()))
          .append(" elements)\n");
    }
    return text.toString();
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value).replace(',', ' ');
  }

  private static String bytes(long count) {
    double value = count;
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  }
}

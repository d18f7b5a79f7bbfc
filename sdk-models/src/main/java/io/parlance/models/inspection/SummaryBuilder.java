package io.parlance.models.inspection;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Node;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Counts a graph layer by layer. */
final class SummaryBuilder {

  private static final Pattern EXPERT = Pattern.compile("(^|\\.)experts\\.\\d+(\\.|$)");
  private static final Pattern NUMBER = Pattern.compile("(?<=^|\\.)\\d+(?=\\.|$)");
  private static final int MULTIPLY_ADD = 2;

  /** What is known of one layer so far. */
  private static final class Layer {
    final Set<String> operators = new LinkedHashSet<>();
    final Map<String, Value> weights = new LinkedHashMap<>();
    @Nullable Shape output;
    double flops;
    long parameters;

    void add(Node node, double nodeFlops) {
      operators.add(node.operator());
      flops += nodeFlops;
      Value result = node.outputs().get(0);
      output = result.isDescribed() ? result.shape() : null;
    }
  }

  private final TokenSizes sizes;
  private final double expertShare;
  private final Map<String, Layer> layers = new LinkedHashMap<>();
  private final Map<Value, Value> enclosing = new HashMap<>();
  private final Set<Value> counted = new LinkedHashSet<>();
  private int uncounted;

  SummaryBuilder(long tokens, double expertShare) {
    if (tokens < 1) {
      throw new IllegalArgumentException("a text of " + tokens + " tokens; expected at least 1");
    }
    this.sizes = new TokenSizes(tokens);
    this.expertShare = expertShare;
  }

  ModelSummary of(Graph graph, Graph cached) {
    visit(graph);
    List<LayerSummary> summaries = new ArrayList<>();
    long parameters = 0;
    double active = 0;
    double flops = 0;
    for (Map.Entry<String, Layer> entry : layers.entrySet()) {
      Layer layer = entry.getValue();
      parameters += layer.parameters;
      active += layer.parameters * share(entry.getKey());
      flops += layer.flops;
      if (layer.parameters > 0 || layer.flops > 0) {
        summaries.add(summary(entry.getKey(), layer));
      }
    }
    CacheCount cache = CacheCount.of(cached);
    return new ModelSummary(
        graph.name(),
        LayerGroups.of(summaries),
        parameters,
        Math.round(active),
        sizes.tokens(),
        flops,
        uncounted,
        cache.elements(),
        cache.bytes());
  }

  private double share(String path) {
    return EXPERT.matcher(path).find() ? expertShare : 1;
  }

  private static LayerSummary summary(String path, Layer layer) {
    List<String> weights = new ArrayList<>();
    layer.weights.forEach((name, weight) -> weights.add(name + " " + weight.shape()));
    return new LayerSummary(
        path,
        1,
        String.join(" ", layer.operators),
        weights,
        layer.output == null ? "" : layer.output.toString(),
        layer.parameters,
        layer.flops);
  }

  private void visit(Graph graph) {
    for (Node node : graph.nodes()) {
      String path = LayerPaths.of(node, enclosing);
      for (Value input : node.inputs()) {
        Value weight = LayerPaths.weight(input, enclosing);
        if (weight != null) {
          count(weight, path);
        }
      }
      double flops = flops(node, share(path));
      if (flops > 0 || layers.containsKey(path)) {
        layers.computeIfAbsent(path, p -> new Layer()).add(node, flops);
      }
      for (Graph inner : LayerPaths.inner(node)) {
        enclosing.putAll(inner.captures());
        visit(inner);
      }
    }
    graph.parameters().values().forEach(parameter -> count(parameter.value(), ""));
  }

  private void count(Value weight, String user) {
    if (counted.add(weight)) {
      Layer layer = layers.computeIfAbsent(LayerPaths.ofWeight(weight, user), path -> new Layer());
      layer.weights.put(LayerPaths.nameInLayer(weight), weight);
      layer.parameters += weight.isDescribed() ? weight.shape().elements().size() : 0;
    }
  }

  /** Of one node for one token. */
  private double flops(Node node, double share) {
    return switch (node.operator()) {
      case "MatMul", "MatMulInteger", "FusedMatMul" -> product(node, 1, share);
      case "Gemm" -> product(node, node.integer("transB", 0) == 1 ? 0 : 1, share);
      case "MatMulNBits" ->
          (double) MULTIPLY_ADD * node.integer("K", 0) * node.integer("N", 0) * share;
      case "RNN", "GRU", "LSTM" -> (double) MULTIPLY_ADD * (elements(node, 1) + elements(node, 2));
      case "Conv" -> (double) MULTIPLY_ADD * elements(node, 1);
      default -> 0;
    };
  }

  private long elements(Node node, int input) {
    Value weight = node.hasInput(input) ? node.input(input) : null;
    return weight == null ? 0 : Math.max(0, sizes.elements(weight));
  }

  /** {@code innerOfWeight}: which of the weight's last two axes is summed over. */
  private double product(Node node, int innerOfWeight, double share) {
    Value b = node.input(1);
    if (!b.isDescribed() || b.shape().rank() < 2) {
      uncounted++;
      return 0;
    }
    long inner = sizes.of(b.shape().get(innerOfWeight == 1 ? -2 : -1));
    long outer = sizes.of(b.shape().get(innerOfWeight == 1 ? -1 : -2));
    long results = sizes.elements(node.outputs().get(0));
    if (results != TokenSizes.UNKNOWN && inner != TokenSizes.UNKNOWN) {
      return (double) MULTIPLY_ADD * results * inner / sizes.tokens();
    }
    // how many rows is known only when it runs: a share of the tokens goes through a weight
    boolean isWeight = LayerPaths.weight(b, enclosing) != null;
    if (isWeight && inner != TokenSizes.UNKNOWN && outer != TokenSizes.UNKNOWN) {
      return (double) MULTIPLY_ADD * inner * outer * share;
    }
    uncounted++;
    return 0;
  }

  /** A path with stars for numbers. */
  static String pattern(String path) {
    return NUMBER.matcher(path).replaceAll("*");
  }
}

package io.parlance.models.inspection;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.model.ModelFolder;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.graph.Graph;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a model is made of. Counting takes no memory for the weights.
 *
 * @param name the architecture or the graph's name
 * @param layers its layers in the order of computation
 * @param parameters the number of elements of all parameters
 * @param activeParameters how many of them a token meets: less than all where experts are chosen
 * @param tokens the length of the text that {@code flops} are for
 * @param flops floating-point operations of the forward pass for one token of such a text: two for
 *     each multiplication with addition inside of a product of matrices, everything else left out;
 *     without a mask's savings
 * @param uncounted how many products {@code flops} lacks because a file does not tell their shapes
 * @param cacheElements elements of the keys and values that a decoder remembers of one token; 0 for
 *     none
 * @param cacheBytes the same in bytes
 */
public record ModelSummary(
    String name,
    List<LayerSummary> layers,
    long parameters,
    long activeParameters,
    long tokens,
    double flops,
    int uncounted,
    long cacheElements,
    long cacheBytes) {

  /** Copies the list. */
  public ModelSummary {
    layers = List.copyOf(layers);
  }

  /**
   * Of a model that is built here.
   *
   * @param tokens the length of the text, positive
   */
  public static ModelSummary of(PretrainedModel model, long tokens) {
    Graph graph = graph(model);
    Graph cached =
        Stream.of(ModelFolder.DECODER_WITH_PAST, ModelFolder.DECODER_MERGED)
            .filter(model.graphRoles()::contains)
            .findFirst()
            .map(model::graph)
            .orElse(graph);
    return new SummaryBuilder(tokens, expertShare(model.configuration())).of(graph, cached);
  }

  /** The graph that the summary of a model is about: its forward pass without a cache. */
  public static Graph graph(PretrainedModel model) {
    Graph graph = Graph.inference(model.architecture());
    model.forward(model.declareInputs(graph)).forEach(graph::output);
    return graph;
  }

  /**
   * Of a graph, such as one from an ONNX file.
   *
   * @param tokens the length of the text, positive
   * @param configuration what {@code config.json} says, for the share of experts that a token
   *     meets; may be empty
   */
  public static ModelSummary of(Graph graph, long tokens, JsonObject configuration) {
    return new SummaryBuilder(tokens, expertShare(configuration)).of(graph, graph);
  }

  /** The share of the experts that compute a token. */
  private static double expertShare(JsonObject configuration) {
    double chosen = number(configuration, "num_experts_per_tok", 1);
    double all =
        number(configuration, "num_local_experts", number(configuration, "num_experts", chosen));
    return all <= 0 ? 1 : Math.min(1, chosen / all);
  }

  private static double number(JsonObject json, String key, double otherwise) {
    JsonElement value = json.get(key);
    return value instanceof JsonPrimitive number && number.isNumber()
        ? number.getAsDouble()
        : otherwise;
  }

  /** The table as text, a line for each layer and the sums below. */
  public String table() {
    return SummaryTable.of(this);
  }
}

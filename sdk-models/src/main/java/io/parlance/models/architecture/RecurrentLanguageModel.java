package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.constantOfShape;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.unsqueeze;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.RecurrentLayer;
import io.parlance.models.objective.Losses;
import io.parlance.models.weights.WeightNames;
import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent language model (Mikolov et al. 2010; Zaremba et al. 2014, arXiv:1409.2329):
 * embeddings, recurrent layers and scores over the vocabulary for the next token. The states before
 * the first token are the inputs {@code h_0} and, of an LSTM, {@code c_0} [layers, batch, hidden],
 * zero if they are not given; those after the last one go out as {@code h_n} and {@code c_n}.
 */
final class RecurrentLanguageModel implements PretrainedModel {

  static final String ARCHITECTURE = "RnnLM";

  private static final String HIDDEN = "h_0";
  private static final String MEMORY = "c_0";

  private final RecurrentConfig config;

  RecurrentLanguageModel(RecurrentConfig config) {
    this.config = config;
  }

  static Map<String, Architectures.Builder> builders() {
    return Map.of(
        ARCHITECTURE,
        (config, weights) -> new RecurrentLanguageModel(RecurrentConfig.from(config)));
  }

  private boolean hasMemory() {
    return config.cell() == RecurrentLayer.Cell.LSTM;
  }

  @Override
  public String architecture() {
    return ARCHITECTURE;
  }

  @Override
  public WeightNames weightNames() {
    return WeightNames.of("");
  }

  @Override
  public JsonObject configuration() {
    return config.toJson();
  }

  @Override
  public OptionalLong maximumLength() {
    return OptionalLong.empty();
  }

  @Override
  public List<String> exportedInputs() {
    return hasMemory() ? List.of("input_ids", HIDDEN, MEMORY) : List.of("input_ids", HIDDEN);
  }

  @Override
  public Inputs declareInputs(Graph graph) {
    for (String name : exportedInputs()) {
      if (name.equals("input_ids")) {
        graph.input(name, ElementType.INT64, Shape.of("batch", "sequence"));
      } else {
        graph.input(
            name, graph.floatType(), Shape.of(config.layers(), "batch", config.hiddenSize()));
      }
    }
    return Inputs.of(graph);
  }

  @Override
  public Map<String, Value> forward(Inputs inputs) {
    inputs.requireOnly(
        ARCHITECTURE,
        hasMemory()
            ? Set.of("input_ids", HIDDEN, MEMORY, "labels")
            : Set.of("input_ids", HIDDEN, "labels"));
    Scope root = inputs.graph().root();
    Value ids = inputs.get("input_ids");
    Value x =
        root.in(
            "embedding",
            s ->
                Embedding.apply(
                    s,
                    ids,
                    config.vocabularySize(),
                    config.embeddingSize(),
                    new Initialization.Normal(1)));
    List<Value> hidden = new ArrayList<>();
    List<Value> memory = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      int layer = i;
      Value below = Dropout.apply(x, config.dropout());
      RecurrentLayer.Result result =
          root.in(
              "rnn",
              s ->
                  new RecurrentLayer(config.cell(), config.hiddenSize(), layer)
                      .apply(s, below, first(inputs, layer)));
      x = result.sequence();
      hidden.add(unsqueeze(result.last().hidden(), 0));
      if (result.last().memory() != null) {
        memory.add(unsqueeze(result.last().memory(), 0));
      }
    }
    return outputs(inputs, x, hidden, memory);
  }

  private Map<String, Value> outputs(
      Inputs inputs, Value states, List<Value> hidden, List<Value> memory) {
    Value above = Dropout.apply(states, config.dropout());
    Value logits =
        inputs
            .graph()
            .root()
            .in(
                "head",
                s ->
                    Linear.apply(
                        s,
                        above,
                        config.vocabularySize(),
                        new Initialization.Uniform(1 / Math.sqrt(config.hiddenSize()))));
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("logits", logits);
    outputs.put("output", states);
    outputs.put("h_n", joined(hidden));
    if (hasMemory()) {
      outputs.put("c_n", joined(memory));
    }
    Value labels = inputs.find("labels");
    if (labels != null) {
      outputs.put("loss", Losses.nextTokenCrossEntropy(logits, labels));
    }
    return outputs;
  }

  private static Value joined(List<Value> layers) {
    return layers.size() == 1 ? layers.get(0) : concat(0, layers.toArray(Value[]::new));
  }

  private RecurrentLayer.State first(Inputs inputs, int layer) {
    return new RecurrentLayer.State(
        first(inputs, HIDDEN, layer), hasMemory() ? first(inputs, MEMORY, layer) : null);
  }

  private Value first(Inputs inputs, String name, int layer) {
    @Nullable Value given = inputs.find(name);
    if (given != null) {
      return squeeze(slice(given, 0, layer, layer + 1), 0);
    }
    Graph graph = inputs.graph();
    Value batch = shape(inputs.get("input_ids"), 0, 1);
    return constantOfShape(sizes(graph, batch, config.hiddenSize()), graph.floatType(), 0);
  }
}

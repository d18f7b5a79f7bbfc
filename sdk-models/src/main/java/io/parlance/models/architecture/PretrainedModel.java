package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelFolder;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.weights.WeightNames;
import io.parlance.runtime.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A model as a function that writes graphs: its configuration, and how its outputs follow from its
 * inputs. It holds no weights. The same function writes the graph that is trained and the one that
 * is exported. Immutable.
 */
public interface PretrainedModel {

  /**
   * The class name under {@code architectures} in {@code config.json}, for example {@code
   * BertForMaskedLM}.
   */
  String architecture();

  /** How files name the weights of this model, beyond the names of its parameters. */
  WeightNames weightNames();

  /** The contents of {@code config.json}. */
  JsonObject configuration();

  /** The inputs of the exported graph in their usual order. */
  List<String> exportedInputs();

  /**
   * The longest sequence that the model has positions for; empty where positions are computed
   * rather than looked up.
   */
  default OptionalLong maximumLength() {
    JsonObject configuration = configuration();
    return configuration.has("max_position_embeddings")
        ? OptionalLong.of(configuration.get("max_position_embeddings").getAsLong())
        : OptionalLong.empty();
  }

  /**
   * Declares {@link #exportedInputs} in a graph: INT64, [batch, sequence] unless the head takes
   * another shape.
   *
   * @return the declared inputs
   */
  default Inputs declareInputs(Graph graph) {
    for (String name : exportedInputs()) {
      graph.input(name, ElementType.INT64, Shape.of("batch", "sequence"));
    }
    return Inputs.of(graph);
  }

  /**
   * The graphs that the model can be exported as, by file name without suffix: {@link
   * ModelFolder#MODEL} for all; decoders with a memory of earlier tokens in other layouts too.
   */
  default List<String> graphRoles() {
    return List.of(ModelFolder.MODEL);
  }

  /**
   * Writes the graph of a role for inference, its inputs and outputs named by convention.
   *
   * @throws IllegalArgumentException if the model has no such graph
   */
  default Graph graph(String role) {
    if (!graphRoles().contains(role)) {
      throw new IllegalArgumentException(
          architecture() + " has no graph " + role + "; it has " + graphRoles());
    }
    Graph graph = Graph.inference(architecture());
    forward(declareInputs(graph)).forEach(graph::output);
    return graph;
  }

  /**
   * The same where a causal language model gives, for contrastive search, {@code last_hidden_state}
   * [batch, sequence, hidden] besides: what its scores are made of.
   *
   * @throws IllegalArgumentException if the model has no such graph
   */
  default Graph graphWithStates(String role) {
    return graph(role);
  }

  /** The contents of {@code generation_config.json}; empty for a model that generates nothing. */
  default Optional<JsonObject> generationConfiguration() {
    return Optional.empty();
  }

  /**
   * The parameters with their shapes and first values, in the order of the forward pass; takes no
   * memory for them.
   */
  default Map<String, Graph.Parameter> parameters() {
    Graph graph = Graph.inference(architecture());
    forward(declareInputs(graph));
    return graph.parameters();
  }

  /** The number of elements of all parameters; takes no memory for them. */
  default long parameterCount() {
    Graph graph = Graph.inference(architecture());
    forward(declareInputs(graph));
    return graph.parameterCount();
  }

  /**
   * Writes the forward pass for the inputs that are there; optional ones that are missing get the
   * reference's defaults.
   *
   * @return outputs by the reference's names, {@code loss} among them if labels are given
   * @throws IllegalArgumentException if an input is missing, unknown or does not fit
   */
  Map<String, Value> forward(Inputs inputs);
}

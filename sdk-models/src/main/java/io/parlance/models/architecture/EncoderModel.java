package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.weights.WeightNames;
import io.parlance.runtime.ElementType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** An encoder with a head. */
final class EncoderModel implements PretrainedModel {

  private final String architecture;
  private final Encoder encoder;
  private final Head head;
  private final boolean pooler;

  /**
   * A model.
   *
   * @param pooler whether {@link Head#BODY} has its pooler; other heads do not ask
   */
  EncoderModel(Encoder encoder, Head head, boolean pooler) {
    this.architecture = encoder.family().className(head);
    this.encoder = encoder;
    this.head = head;
    this.pooler = pooler;
  }

  @Override
  public String architecture() {
    return architecture;
  }

  @Override
  public WeightNames weightNames() {
    return encoder.weightNames();
  }

  @Override
  public JsonObject configuration() {
    return encoder.configuration(architecture);
  }

  @Override
  public List<String> exportedInputs() {
    return encoder.exportedInputs();
  }

  @Override
  public OptionalLong maximumLength() {
    return encoder.maximumLength();
  }

  @Override
  public Inputs declareInputs(Graph graph) {
    for (String name : exportedInputs()) {
      Shape shape =
          head == Head.MULTIPLE_CHOICE
              ? Shape.of("batch", "choices", "sequence")
              : encoder.inputShape(name);
      graph.input(name, ElementType.INT64, shape);
    }
    return Inputs.of(graph);
  }

  @Override
  public Map<String, Value> forward(Inputs inputs) {
    Set<String> known = new HashSet<>(encoder.tokenInputs());
    known.addAll(head == Head.PRETRAINING ? encoder.pretrainingTargets() : head.targets());
    inputs.requireOnly(architecture, known);
    Value ids = inputs.get("input_ids");
    int rank = head == Head.MULTIPLE_CHOICE ? 3 : 2;
    if (ids.shape().rank() != rank) {
      throw new IllegalArgumentException(
          architecture + " takes input_ids of rank " + rank + ", not of shape " + ids.shape());
    }
    return new EncoderHeads(encoder, inputs).outputs(head, pooler);
  }
}

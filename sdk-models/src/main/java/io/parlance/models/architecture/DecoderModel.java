package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.weights.WeightNames;
import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A decoder of any family with one of the heads. */
final class DecoderModel implements PretrainedModel {

  private static final String PAST = "past_key_values.";

  private final Decoder decoder;
  private final DecoderDescription description;
  private final Head head;
  private final String architecture;

  /**
   * The model.
   *
   * @throws IllegalArgumentException if the family has no such head
   */
  DecoderModel(Decoder decoder, Head head) {
    this.decoder = decoder;
    this.description = decoder.description();
    this.head = head;
    String name = description.architectures().get(head);
    if (name == null) {
      throw new IllegalArgumentException(
          description.modelType()
              + " has no head "
              + head
              + "; it has "
              + description.architectures());
    }
    this.architecture = name;
  }

  @Override
  public String architecture() {
    return architecture;
  }

  @Override
  public WeightNames weightNames() {
    return description.weightNames();
  }

  @Override
  public JsonObject configuration() {
    JsonObject json = new JsonObject();
    JsonArray architectures = new JsonArray();
    architectures.add(architecture);
    json.add("architectures", architectures);
    json.addProperty("model_type", description.modelType());
    decoder.write(json);
    description.tokens().write(json);
    if (head == Head.SEQUENCE_CLASSIFICATION || head == Head.TOKEN_CLASSIFICATION) {
      description.labels().write(json);
    }
    json.addProperty("torch_dtype", "float32"); // transformers 4
    json.addProperty("dtype", "float32"); // transformers 5
    return json;
  }

  @Override
  public OptionalLong maximumLength() {
    return description.positions();
  }

  @Override
  public List<String> exportedInputs() {
    return description.takesPositions()
        ? List.of("input_ids", "attention_mask", "position_ids")
        : List.of("input_ids", "attention_mask");
  }

  @Override
  public Inputs declareInputs(Graph graph) {
    if (head != Head.DOUBLE_HEADS) {
      return PretrainedModel.super.declareInputs(graph);
    }
    for (String name : exportedInputs()) {
      graph.input(name, ElementType.INT64, Shape.of("batch", "choices", "sequence"));
    }
    graph.input("mc_token_ids", ElementType.INT64, Shape.of("batch", "choices"));
    return Inputs.of(graph);
  }

  @Override
  public Map<String, Value> forward(Inputs inputs) {
    Set<String> known = new HashSet<>(exportedInputs());
    known.addAll(head.targets());
    for (int i = 0; i < description.cache().layers(); i++) {
      known.add(PAST + i + ".key");
      known.add(PAST + i + ".value");
    }
    inputs.requireOnly(architecture, known);
    int rank = head == Head.DOUBLE_HEADS ? 3 : 2;
    Value ids = inputs.get("input_ids");
    if (ids.shape().rank() != rank) {
      throw new IllegalArgumentException(
          architecture + " takes input_ids of rank " + rank + ", not of shape " + ids.shape());
    }
    List<CausalSequence.KeysAndValues> past = past(inputs);
    return new DecoderHeads(decoder, inputs, sequence(inputs, past)).outputs(head);
  }

  private static CausalSequence sequence(Inputs inputs, List<CausalSequence.KeysAndValues> past) {
    return new CausalSequence(
        flat(inputs.get("input_ids")),
        flatOrNull(inputs.find("attention_mask")),
        flatOrNull(inputs.find("position_ids")),
        past);
  }

  private List<CausalSequence.KeysAndValues> past(Inputs inputs) {
    List<CausalSequence.KeysAndValues> past = new ArrayList<>();
    if (inputs.find(PAST + "0.key") != null) {
      for (int i = 0; i < description.cache().layers(); i++) {
        past.add(
            new CausalSequence.KeysAndValues(
                inputs.get(PAST + i + ".key"), inputs.get(PAST + i + ".value")));
      }
    }
    return past;
  }

  private static @Nullable Value flatOrNull(@Nullable Value value) {
    return value == null ? null : flat(value);
  }

  /** Choices [batch, choices, sequence] side by side as [batch * choices, sequence]. */
  private static Value flat(Value value) {
    return value.shape().rank() == 2
        ? value
        : reshape(value, sizes(value.graph(), -1, shape(value, 2, 3)));
  }

  /** How decoders are made from {@code config.json}, by architecture. */
  static Map<String, Architectures.Builder> builders() {
    Map<String, Architectures.Builder> builders = new LinkedHashMap<>();
    add(builders, Gpt2.ARCHITECTURES, config -> new Gpt2(Gpt2Config.from(config)));
    add(
        builders,
        LlamaConfig.ARCHITECTURES,
        config -> new LlamaConfig.Body(LlamaConfig.from(config)));
    return builders;
  }

  private static void add(
      Map<String, Architectures.Builder> builders,
      Map<Head, String> architectures,
      Function<ModelConfig, Decoder> family) {
    architectures.forEach(
        (head, name) ->
            builders.put(name, (config, weights) -> new DecoderModel(family.apply(config), head)));
  }
}

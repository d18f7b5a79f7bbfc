package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.where;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelFolder;
import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.weights.WeightNames;
import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A decoder of any family with one of the heads. */
final class DecoderModel implements PretrainedModel {

  private static final String TYPES = "token_type_ids";

  private static final String PAST = "past_key_values.";

  /** [batch]: so many tokens at the start of each text are seen by all: a prefix language model. */
  private static final String PREFIX = "prefix_lengths";

  /** [batch, sequence, sequence]: 0 where a token does not see another. */
  private static final String VISIBLE = "visible";

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
              + new TreeSet<>(description.architectures().keySet()));
    }
    this.architecture = name;
  }

  @Override
  public String architecture() {
    return architecture;
  }

  @Override
  public WeightNames weightNames() {
    return description.weightNames(head);
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

  /**
   * Positions where texts are gone on with; classifiers of texts and tokens count by themselves.
   */
  @Override
  public List<String> exportedInputs() {
    boolean goesOn = head == Head.CAUSAL_LM || head == Head.BODY || head == Head.DOUBLE_HEADS;
    return goesOn && description.takesPositions()
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
    known.add("position_ids");
    if (description.takesTokenTypes() || description.ignoresTokenTypes(head)) {
      known.add(TYPES);
    }
    known.addAll(head.targets());
    if (head != Head.DOUBLE_HEADS) {
      known.add(PREFIX);
      known.add(VISIBLE);
    }
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
    return new DecoderHeads(decoder, head, inputs, sequence(inputs, past)).outputs();
  }

  @Override
  public List<String> graphRoles() {
    return head == Head.CAUSAL_LM
        ? List.of(
            ModelFolder.MODEL,
            ModelFolder.DECODER,
            ModelFolder.DECODER_WITH_PAST,
            ModelFolder.DECODER_MERGED)
        : PretrainedModel.super.graphRoles();
  }

  /**
   * Language models remember: keys and values of earlier tokens come in as {@code
   * past_key_values.N.key} and {@code .value} [batch, heads, past_sequence, width] and go out as
   * {@code present.N.key} and {@code .value}. {@link ModelFolder#MODEL} takes a past of length 0 at
   * first, {@link ModelFolder#DECODER} none; in {@link ModelFolder#DECODER_MERGED} the input {@code
   * use_cache_branch} [1] says whether the past counts.
   */
  @Override
  public Graph graph(String role) {
    return graph(role, false);
  }

  @Override
  public Graph graphWithStates(String role) {
    return graph(role, true);
  }

  private Graph graph(String role, boolean states) {
    if (head != Head.CAUSAL_LM || !graphRoles().contains(role)) {
      return PretrainedModel.super.graph(role);
    }
    Graph graph = Graph.inference(architecture);
    boolean merged = role.equals(ModelFolder.DECODER_MERGED);
    boolean remembers = !role.equals(ModelFolder.DECODER);
    Dimension sequence = Dimension.of("sequence");
    Dimension all = remembers ? Dimension.of("past_sequence").plus(sequence) : sequence;
    for (String name : exportedInputs()) {
      Dimension length =
          !name.equals("attention_mask") ? sequence : merged ? Dimension.of("total_sequence") : all;
      graph.input(name, ElementType.INT64, Shape.of("batch", length));
    }
    List<CausalSequence.KeysAndValues> past = remembers ? declarePast(graph) : List.of();
    if (merged) {
      past = switched(past, graph.input("use_cache_branch", ElementType.BOOL, Shape.of(1)));
    }
    Inputs inputs = Inputs.of(graph);
    CausalSequence tokens = sequence(inputs, past);
    DecoderHeads heads = new DecoderHeads(decoder, head, inputs, tokens);
    Value last = heads.states();
    graph.output("logits", heads.scores(last));
    if (states) {
      graph.output("last_hidden_state", last);
    }
    for (int i = 0; i < tokens.present().size(); i++) {
      graph.output("present." + i + ".key", tokens.present().get(i).key());
      graph.output("present." + i + ".value", tokens.present().get(i).value());
    }
    return graph;
  }

  private List<CausalSequence.KeysAndValues> declarePast(Graph graph) {
    DecoderDescription.CacheSize cache = description.cache();
    Shape shape = Shape.of("batch", cache.heads(), "past_sequence", cache.width());
    List<CausalSequence.KeysAndValues> past = new ArrayList<>();
    for (int i = 0; i < cache.layers(); i++) {
      past.add(
          new CausalSequence.KeysAndValues(
              graph.input(PAST + i + ".key", graph.floatType(), shape),
              graph.input(PAST + i + ".value", graph.floatType(), shape)));
    }
    return past;
  }

  /** The past as it is, or cut to nothing where {@code used} is false. */
  private static List<CausalSequence.KeysAndValues> switched(
      List<CausalSequence.KeysAndValues> past, Value used) {
    if (past.isEmpty()) {
      return past;
    }
    Graph graph = used.graph();
    Value length = where(used, shape(past.get(0).key(), 2, 3), graph.longs(0));
    return past.stream()
        .map(
            layer ->
                new CausalSequence.KeysAndValues(
                    slice(layer.key(), 2, graph.longs(0), length),
                    slice(layer.value(), 2, graph.longs(0), length)))
        .toList();
  }

  @Override
  public Optional<JsonObject> generationConfiguration() {
    if (head != Head.CAUSAL_LM) {
      return Optional.empty();
    }
    JsonObject json = new JsonObject();
    json.addProperty("_from_model_config", true);
    description.tokens().write(json);
    json.entrySet().removeIf(entry -> entry.getValue().isJsonNull());
    return Optional.of(json);
  }

  private CausalSequence sequence(Inputs inputs, List<CausalSequence.KeysAndValues> past) {
    CausalSequence sequence =
        new CausalSequence(
            flat(inputs.get("input_ids")),
            flatOrNull(inputs.find("attention_mask")),
            flatOrNull(inputs.find("position_ids")),
            past);
    Value types = description.takesTokenTypes() ? flatOrNull(inputs.find(TYPES)) : null;
    sequence = types == null ? sequence : sequence.withTokenTypes(types);
    Value prefix = inputs.find(PREFIX);
    Value visible = inputs.find(VISIBLE);
    sequence = prefix == null ? sequence : sequence.withPrefix(prefix);
    return visible == null ? sequence : sequence.withVisible(visible);
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
}

package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.where;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelFolder;
import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.CausalSequence.KeysAndValues;
import io.parlance.models.nn.EncodedSequence;
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

/** An encoder-decoder of any family with one of the heads. */
final class EncoderDecoderModel implements PretrainedModel {

  private static final String PAST = "past_key_values.";
  private static final String PRESENT = "present.";
  private static final Dimension SOURCE = Dimension.of("encoder_sequence");
  private static final Dimension TARGET = Dimension.of("decoder_sequence");

  private final EncoderDecoder family;
  private final EncoderDecoderDescription description;
  private final Head head;
  private final GenerationSettings settings;
  private final String architecture;

  /** A new model. */
  EncoderDecoderModel(EncoderDecoder family, Head head) {
    this(family, head, GenerationSettings.NONE);
  }

  /**
   * A model.
   *
   * @param settings how it is used, handed on to its files
   * @throws IllegalArgumentException if the family has no such head
   */
  EncoderDecoderModel(EncoderDecoder family, Head head, GenerationSettings settings) {
    this.family = family;
    this.settings = settings;
    this.description = family.description();
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
    // the reference passes over the decoder where a model has none
    return hasDecoder()
        ? description.weightNames()
        : description.weightNames().ignore("decoder\\..*|lm_head\\.weight");
  }

  @Override
  public JsonObject configuration() {
    JsonObject json = new JsonObject();
    JsonArray architectures = new JsonArray();
    architectures.add(architecture);
    json.add("architectures", architectures);
    json.addProperty("model_type", description.modelType());
    json.addProperty("is_encoder_decoder", true);
    family.write(json);
    description.tokens().write(json);
    if (head == Head.SEQUENCE_CLASSIFICATION || head == Head.TOKEN_CLASSIFICATION) {
      description.labels().write(json);
    }
    settings.writeAll(json);
    json.addProperty("torch_dtype", "float32"); // transformers 4
    json.addProperty("dtype", "float32"); // transformers 5
    return json;
  }

  @Override
  public OptionalLong maximumLength() {
    return description.positions();
  }

  private boolean hasDecoder() {
    return head != Head.ENCODER && head != Head.TOKEN_CLASSIFICATION;
  }

  /** Classifiers make the decoder's input of the encoder's. */
  @Override
  public List<String> exportedInputs() {
    return head == Head.CONDITIONAL_GENERATION || head == Head.BODY
        ? List.of("input_ids", "attention_mask", "decoder_input_ids")
        : List.of("input_ids", "attention_mask");
  }

  @Override
  public Inputs declareInputs(Graph graph) {
    for (String name : exportedInputs()) {
      Dimension length = name.startsWith("decoder") ? TARGET : Dimension.of("sequence");
      graph.input(name, ElementType.INT64, Shape.of("batch", length));
    }
    return Inputs.of(graph);
  }

  @Override
  public Map<String, Value> forward(Inputs inputs) {
    Set<String> known = new HashSet<>(List.of("input_ids", "attention_mask"));
    if (hasDecoder()) {
      known.add("decoder_input_ids");
      known.add("decoder_attention_mask");
    }
    known.addAll(head.targets());
    inputs.requireOnly(architecture, known);
    Value ids = inputs.get("input_ids");
    if (ids.shape().rank() != 2) {
      throw new IllegalArgumentException(
          architecture + " takes input_ids of rank 2, not of shape " + ids.shape());
    }
    return new EncoderDecoderHeads(family, head, inputs).outputs();
  }

  @Override
  public List<String> graphRoles() {
    return head == Head.CONDITIONAL_GENERATION
        ? List.of(
            ModelFolder.ENCODER,
            ModelFolder.DECODER,
            ModelFolder.DECODER_WITH_PAST,
            ModelFolder.DECODER_MERGED)
        : PretrainedModel.super.graphRoles();
  }

  /**
   * Text-to-text models are several graphs. {@link ModelFolder#ENCODER} gives {@code
   * last_hidden_state}; {@link ModelFolder#DECODER} takes it as {@code encoder_hidden_states} and
   * gives, besides logits, {@code present.N.decoder.key} and {@code .value} [batch, heads, tokens,
   * width], and {@code present.N.encoder.key} and {@code .value}, which never change. {@link
   * ModelFolder#DECODER_WITH_PAST} takes all of them as {@code past_key_values} and gives those of
   * the decoder, longer by the new tokens. In {@link ModelFolder#DECODER_MERGED} the input {@code
   * use_cache_branch} [1] says whether the past counts or the encoder's states.
   */
  @Override
  public Graph graph(String role) {
    if (head != Head.CONDITIONAL_GENERATION || !graphRoles().contains(role)) {
      return PretrainedModel.super.graph(role);
    }
    Graph graph = Graph.inference(architecture);
    if (role.equals(ModelFolder.ENCODER)) {
      Value ids = graph.input("input_ids", ElementType.INT64, Shape.of("batch", SOURCE));
      Value mask = graph.input("attention_mask", ElementType.INT64, Shape.of("batch", SOURCE));
      graph.output("last_hidden_state", family.encode(body(graph), ids, mask));
    } else {
      writeDecoder(graph, role);
    }
    return graph;
  }

  private Scope body(Graph graph) {
    return EncoderDecoderHeads.body(graph.root(), description, head);
  }

  private void writeDecoder(Graph graph, String role) {
    boolean merged = role.equals(ModelFolder.DECODER_MERGED);
    boolean remembers = !role.equals(ModelFolder.DECODER);
    boolean encodes = !role.equals(ModelFolder.DECODER_WITH_PAST);
    Value mask =
        graph.input("encoder_attention_mask", ElementType.INT64, Shape.of("batch", SOURCE));
    Value ids = graph.input("input_ids", ElementType.INT64, Shape.of("batch", TARGET));
    Value states =
        encodes
            ? graph.input(
                "encoder_hidden_states",
                graph.floatType(),
                Shape.of("batch", SOURCE, description.hiddenSize()))
            : null;
    List<KeysAndValues> own = new ArrayList<>();
    List<KeysAndValues> cross = new ArrayList<>();
    if (remembers) {
      Dimension length = merged ? Dimension.of("past_encoder_sequence") : SOURCE;
      for (int i = 0; i < description.cache().layers(); i++) {
        own.add(past(graph, i + ".decoder", Dimension.of("past_decoder_sequence")));
        cross.add(past(graph, i + ".encoder", length));
      }
    }
    if (merged && states != null && !own.isEmpty()) {
      Value used = graph.input("use_cache_branch", ElementType.BOOL, Shape.of(1));
      Value none = graph.longs(0);
      Value source = where(used, none, shape(states, 1, 2));
      states = slice(states, 1, none, source);
      own = upTo(own, where(used, shape(own.get(0).key(), 2, 3), none));
      cross = upTo(cross, where(used, shape(cross.get(0).key(), 2, 3), none));
    }
    CausalSequence target = new CausalSequence(ids, null, null, own);
    EncodedSequence source = new EncodedSequence(states, mask, cross);
    Scope body = body(graph);
    Value hidden = family.decode(body, target, source);
    graph.output("logits", family.logits(graph.root(), body, hidden));
    for (int i = 0; i < target.present().size(); i++) {
      present(graph, i + ".decoder", target.present().get(i));
      if (encodes) {
        present(graph, i + ".encoder", source.present().get(i));
      }
    }
  }

  private KeysAndValues past(Graph graph, String name, Dimension length) {
    DecoderDescription.CacheSize cache = description.cache();
    Shape shape = Shape.of("batch", cache.heads(), length, cache.width());
    return new KeysAndValues(
        graph.input(PAST + name + ".key", graph.floatType(), shape),
        graph.input(PAST + name + ".value", graph.floatType(), shape));
  }

  private static void present(Graph graph, String name, KeysAndValues layer) {
    graph.output(PRESENT + name + ".key", layer.key());
    graph.output(PRESENT + name + ".value", layer.value());
  }

  /** The first so many tokens of each layer. */
  private static List<KeysAndValues> upTo(List<KeysAndValues> layers, Value length) {
    Value none = length.graph().longs(0);
    return layers.stream()
        .map(
            layer ->
                new KeysAndValues(
                    slice(layer.key(), 2, none, length), slice(layer.value(), 2, none, length)))
        .toList();
  }

  @Override
  public Optional<JsonObject> generationConfiguration() {
    if (head != Head.CONDITIONAL_GENERATION) {
      return Optional.empty();
    }
    JsonObject json = new JsonObject();
    json.addProperty("_from_model_config", true);
    description.tokens().write(json);
    settings.writeGeneration(json);
    json.entrySet().removeIf(entry -> entry.getValue().isJsonNull());
    return Optional.of(json);
  }
}

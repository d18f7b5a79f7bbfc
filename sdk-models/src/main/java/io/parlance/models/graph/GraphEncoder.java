package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Encodes one graph, and the sub-graphs in its nodes, as an ONNX message. */
final class GraphEncoder {

  private final Graph graph;
  private final @Nullable Map<String, Tensor> weights;
  private final @Nullable ExternalData external;
  private final @Nullable GraphEncoder enclosing;
  private final Set<String> domains;
  private final Map<Value, String> renamed = new HashMap<>();
  private final Set<Value> live = new LinkedHashSet<>();
  private final Set<Node> liveNodes = new HashSet<>();
  private final OnnxMl.GraphProto.Builder message = OnnxMl.GraphProto.newBuilder();
  private long initializerBytes;

  GraphEncoder(
      Graph graph, @Nullable Map<String, Tensor> weights, @Nullable ExternalData external) {
    this(graph, weights, external, null, new TreeSet<>());
  }

  private GraphEncoder(
      Graph graph,
      @Nullable Map<String, Tensor> weights,
      @Nullable ExternalData external,
      @Nullable GraphEncoder enclosing,
      Set<String> domains) {
    this.graph = graph;
    this.weights = weights;
    this.external = external;
    this.enclosing = enclosing;
    this.domains = domains;
  }

  /** Operator sets beside the standard one that nodes use, known after encoding. */
  Set<String> domains() {
    return domains;
  }

  /** The size of all initializers, known after encoding. */
  long initializerBytes() {
    return initializerBytes;
  }

  OnnxMl.GraphProto encode(Map<String, Value> outputs, boolean allInputs) {
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException(
          graph + " has no outputs; name at least one before it is written");
    }
    for (Map.Entry<String, Value> output : outputs.entrySet()) {
      if (output.getValue().graph() != graph) {
        throw new IllegalArgumentException(
            "output " + output.getKey() + " is a value of another graph than " + graph);
      }
    }
    markLive(outputs.values());
    message.setName(graph.name().isEmpty() ? "graph" : graph.name());
    Map<String, Value> copies = nameOutputs(outputs);
    for (Value input : graph.inputs().values()) {
      if (allInputs || live.contains(input)) {
        message.addInput(valueInfo(input, name(input)));
      }
    }
    for (Graph.Parameter parameter : graph.parameters().values()) {
      if (live.contains(parameter.value())) {
        addParameter(parameter.value());
      }
    }
    for (Value value : live) {
      Literal literal = value.literal();
      if (literal != null) {
        ByteString data = UnsafeByteOperations.unsafeWrap(literal.data());
        message.addInitializer(tensor(name(value), literal).setRawData(data));
        initializerBytes += data.size();
      }
    }
    for (Node node : graph.nodes()) {
      if (liveNodes.contains(node)) {
        message.addNode(node(node));
      }
    }
    copies.forEach(
        (outputName, value) ->
            message.addNode(
                OnnxMl.NodeProto.newBuilder()
                    .setName("output/" + outputName)
                    .setOpType("Identity")
                    .addInput(name(value))
                    .addOutput(outputName)));
    outputs.forEach((outputName, value) -> message.addOutput(valueInfo(value, outputName)));
    return message.build();
  }

  /** Everything that the outputs depend on; iterative, as gradient graphs are deep. */
  private void markLive(Iterable<Value> outputs) {
    Deque<Value> open = new ArrayDeque<>();
    outputs.forEach(open::add);
    while (!open.isEmpty()) {
      Value value = open.pop();
      if (!live.add(value)) {
        continue;
      }
      Node producer = value.producer();
      if (producer != null && liveNodes.add(producer)) {
        for (Value input : producer.inputs()) {
          if (input != null) {
            open.push(input);
          }
        }
        producer.capturedValues().forEach(open::push);
      }
    }
  }

  /**
   * Gives values the names under which they are outputs. A value that cannot take one, because it
   * is no node's result or has one already, is copied.
   *
   * @return the outputs that are copies
   */
  private Map<String, Value> nameOutputs(Map<String, Value> outputs) {
    Map<String, Value> copies = new LinkedHashMap<>();
    Set<String> fixed = new HashSet<>(graph.inputs().keySet());
    fixed.addAll(graph.parameters().keySet());
    outputs.forEach(
        (outputName, value) -> {
          if (outputName.isEmpty()) {
            throw new IllegalArgumentException("an output of " + graph + " has an empty name");
          }
          if (fixed.contains(outputName) && value.name().equals(outputName)) {
            return; // an input that is handed on
          }
          if (fixed.contains(outputName)) {
            throw new IllegalArgumentException(
                "output "
                    + outputName
                    + " of "
                    + graph
                    + " is also the name of an input or parameter; choose another name");
          }
          if (value.origin() == Value.Origin.NODE && !renamed.containsKey(value)) {
            renamed.put(value, outputName);
          } else {
            copies.put(outputName, value);
          }
        });
    Set<String> taken = new HashSet<>(fixed);
    taken.addAll(outputs.keySet());
    for (Value value : graph.nodes().stream().flatMap(n -> n.outputs().stream()).toList()) {
      if (outputs.containsKey(value.name()) && !renamed.containsKey(value)) {
        renamed.put(value, free(value.name(), taken));
      }
    }
    for (Value value : live) {
      if (value.literal() != null && outputs.containsKey(value.name())) {
        renamed.put(value, free(value.name(), taken));
      }
    }
    return copies;
  }

  private static String free(String stem, Set<String> taken) {
    String candidate = stem + "/inner";
    while (!taken.add(candidate)) {
      candidate += "_";
    }
    return candidate;
  }

  private String name(Value value) {
    Value outer = graph.captures().get(value);
    if (outer != null && enclosing != null) {
      return enclosing.name(outer);
    }
    String other = renamed.get(value);
    return other != null ? other : value.name();
  }

  private void addParameter(Value parameter) {
    if (weights == null) {
      message.addInput(valueInfo(parameter, parameter.name()));
      return;
    }
    Tensor tensor = weights.get(parameter.name());
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no value is given for parameter " + parameter.name() + " of " + graph);
    }
    long[] sizes = parameter.shape().sizes();
    if (tensor.type() != parameter.type() || !Arrays.equals(tensor.shape(), sizes)) {
      throw new IllegalArgumentException(
          "the value for parameter " + parameter + " is " + tensor + "; type and shape must agree");
    }
    OnnxMl.TensorProto.Builder initializer =
        OnnxMl.TensorProto.newBuilder()
            .setName(parameter.name())
            .setDataType(OnnxTypes.code(parameter.type()));
    Arrays.stream(sizes).forEach(initializer::addDims);
    ByteBuffer data = tensor.buffer();
    initializerBytes += data.remaining();
    if (external != null && external.takes(data)) {
      external.place(initializer, data);
    } else {
      initializer.setRawData(UnsafeByteOperations.unsafeWrap(data));
    }
    message.addInitializer(initializer);
  }

  private OnnxMl.NodeProto node(Node node) {
    OnnxMl.NodeProto.Builder builder =
        OnnxMl.NodeProto.newBuilder()
            .setName(node.name())
            .setOpType(node.operator())
            .setDomain(node.domain());
    if (!node.domain().isEmpty()) {
      domains.add(node.domain());
    }
    for (Value input : node.inputs()) {
      builder.addInput(input == null ? "" : name(input));
    }
    for (Value output : node.outputs()) {
      builder.addOutput(name(output));
    }
    // sorted, as Map.copyOf iterates in another order in every process
    new TreeMap<>(node.attributes())
        .forEach(
            (key, value) -> {
              if (!key.startsWith(".")) { // a note, see Node
                builder.addAttribute(attribute(node, key, value));
              }
            });
    return builder.build();
  }

  private OnnxMl.AttributeProto attribute(Node node, String key, Object value) {
    OnnxMl.AttributeProto.Builder builder = OnnxMl.AttributeProto.newBuilder().setName(key);
    if (value instanceof Long number) {
      builder.setType(OnnxMl.AttributeProto.AttributeType.INT).setI(number);
    } else if (value instanceof Double number) {
      builder.setType(OnnxMl.AttributeProto.AttributeType.FLOAT).setF(number.floatValue());
    } else if (value instanceof String text) {
      builder
          .setType(OnnxMl.AttributeProto.AttributeType.STRING)
          .setS(ByteString.copyFromUtf8(text));
    } else if (value instanceof long[] numbers) {
      builder.setType(OnnxMl.AttributeProto.AttributeType.INTS);
      Arrays.stream(numbers).forEach(builder::addInts);
    } else if (value instanceof double[] numbers) {
      builder.setType(OnnxMl.AttributeProto.AttributeType.FLOATS);
      Arrays.stream(numbers).forEach(number -> builder.addFloats((float) number));
    } else if (value instanceof List<?> texts) {
      builder.setType(OnnxMl.AttributeProto.AttributeType.STRINGS);
      texts.forEach(text -> builder.addStrings(ByteString.copyFromUtf8((String) text)));
    } else if (value instanceof Literal literal) {
      builder
          .setType(OnnxMl.AttributeProto.AttributeType.TENSOR)
          .setT(tensor("", literal).setRawData(UnsafeByteOperations.unsafeWrap(literal.data())));
    } else if (value instanceof Graph subGraph) {
      GraphEncoder encoder = new GraphEncoder(subGraph, weights, external, this, domains);
      builder
          .setType(OnnxMl.AttributeProto.AttributeType.GRAPH)
          .setG(encoder.encode(subGraph.outputs(), true));
      initializerBytes += encoder.initializerBytes;
    } else {
      throw new IllegalArgumentException(
          "attribute "
              + key
              + " of "
              + node.name()
              + " is a "
              + value.getClass().getName()
              + ", which ONNX cannot hold");
    }
    return builder.build();
  }

  private static OnnxMl.TensorProto.Builder tensor(String name, Literal literal) {
    OnnxMl.TensorProto.Builder builder =
        OnnxMl.TensorProto.newBuilder().setName(name).setDataType(OnnxTypes.code(literal.type()));
    Arrays.stream(literal.dimensions()).forEach(builder::addDims);
    return builder;
  }

  private static OnnxMl.ValueInfoProto valueInfo(Value value, String name) {
    OnnxMl.TypeProto.Tensor.Builder tensor = OnnxMl.TypeProto.Tensor.newBuilder();
    OnnxMl.ValueInfoProto.Builder info = OnnxMl.ValueInfoProto.newBuilder().setName(name);
    ElementType type = value.typeIfKnown();
    if (type == null) {
      return info.build(); // left to the consumer's own inference
    }
    tensor.setElemType(OnnxTypes.code(type));
    Shape known = value.shapeIfKnown();
    if (known != null) {
      tensor.setShape(shape(known));
    }
    return info.setType(OnnxMl.TypeProto.newBuilder().setTensorType(tensor)).build();
  }

  private static OnnxMl.TensorShapeProto shape(Shape known) {
    OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder();
    for (Dimension dimension : known.dimensions()) {
      OnnxMl.TensorShapeProto.Dimension.Builder size =
          OnnxMl.TensorShapeProto.Dimension.newBuilder();
      if (dimension.isFixed()) {
        size.setDimValue(dimension.size());
      } else if (!dimension.isUnknown()) { // unknown ones stay empty: their numbers mean nothing
        size.setDimParam(dimension.toString());
      }
      shape.addDim(size);
    }
    return shape.build();
  }
}

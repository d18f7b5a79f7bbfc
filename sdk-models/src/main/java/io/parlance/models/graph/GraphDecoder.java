package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decodes one ONNX graph message, and the sub-graphs in its nodes, into a {@link Graph}. */
final class GraphDecoder {

  /** Tensors of INT64, INT32 and BOOL of up to this many elements are constants, larger weights. */
  static final int LARGEST_CONSTANT = 1024;

  private final Graph graph;
  private final TensorDecoder tensors;
  private final OnnxMl.GraphProto message;
  private final @Nullable GraphDecoder enclosing;
  private final Map<String, Tensor> weights;
  private final Map<String, Integer> namesInFile;
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, OnnxMl.TypeProto> declared = new HashMap<>();

  /** A decoder for the outermost graph. */
  GraphDecoder(Graph graph, TensorDecoder tensors, OnnxMl.GraphProto message) {
    this(graph, tensors, message, null, new LinkedHashMap<>(), new HashMap<>());
    collectNames(message);
  }

  private GraphDecoder(
      Graph graph,
      TensorDecoder tensors,
      OnnxMl.GraphProto message,
      @Nullable GraphDecoder enclosing,
      Map<String, Tensor> weights,
      Map<String, Integer> namesInFile) {
    this.graph = graph;
    this.tensors = tensors;
    this.message = message;
    this.enclosing = enclosing;
    this.weights = weights;
    this.namesInFile = namesInFile;
  }

  private void collectNames(OnnxMl.GraphProto part) {
    part.getInputList().forEach(input -> countName(input.getName()));
    part.getInitializerList().forEach(tensor -> countName(tensor.getName()));
    for (OnnxMl.NodeProto node : part.getNodeList()) {
      node.getOutputList().forEach(this::countName);
      node.getAttributeList().stream()
          .filter(OnnxMl.AttributeProto::hasG)
          .forEach(attribute -> collectNames(attribute.getG()));
    }
  }

  private void countName(String name) {
    namesInFile.merge(name, 1, Integer::sum);
  }

  /** The values of the parameters. */
  Map<String, Tensor> weights() {
    return weights;
  }

  /** Frees what was read, after a failure. */
  void close() {
    weights.values().forEach(Tensor::close);
  }

  void decode() throws IOException {
    if (message.getSparseInitializerCount() > 0) {
      throw new IllegalArgumentException("sparse initializers are not supported");
    }
    message.getValueInfoList().forEach(info -> declared.put(info.getName(), info.getType()));
    message.getOutputList().forEach(info -> declared.put(info.getName(), info.getType()));
    Set<String> initialized = new HashSet<>();
    message.getInitializerList().forEach(tensor -> initialized.add(tensor.getName()));
    for (OnnxMl.ValueInfoProto input : message.getInputList()) {
      if (!initialized.contains(input.getName())) { // else a default, as old files spell weights
        addInput(input);
      }
    }
    for (OnnxMl.TensorProto tensor : message.getInitializerList()) {
      define(tensor.getName(), held(tensor.getName(), tensor, isConstant(tensor)));
    }
    for (OnnxMl.NodeProto node : message.getNodeList()) {
      addNode(node);
    }
    for (OnnxMl.ValueInfoProto output : message.getOutputList()) {
      graph.output(output.getName(), resolve(output.getName(), "the outputs"));
    }
  }

  /** Whether an initializer describes shapes, axes or a scalar rather than being a weight. */
  private static boolean isConstant(OnnxMl.TensorProto tensor) {
    ElementType type = TensorDecoder.type(tensor);
    boolean describes =
        type == ElementType.INT64 || type == ElementType.INT32 || type == ElementType.BOOL;
    return tensor.getDimsCount() == 0
        || (describes && TensorDecoder.elements(tensor) <= LARGEST_CONSTANT);
  }

  private void addInput(OnnxMl.ValueInfoProto input) {
    ShapeInference.Result result = Declarations.result(input.getType());
    ElementType type = result.type();
    Shape shape = result.shape();
    if (enclosing == null && (type == null || shape == null)) {
      throw new IllegalArgumentException(
          "input '" + input.getName() + "' is not a tensor of a supported type and known rank");
    }
    define(input.getName(), graph.describedInput(input.getName(), type, shape));
  }

  private void define(String name, Value value) {
    requireNew(name);
    values.put(name, value);
  }

  private void requireNew(String name) {
    if (values.containsKey(name)) {
      throw new IllegalArgumentException("the name '" + name + "' is defined twice");
    }
  }

  /** The value of a tensor in the file: a constant or a parameter. */
  private Value held(String name, OnnxMl.TensorProto tensor, boolean constant) throws IOException {
    requireNew(name);
    // weights belong to the outermost graph, also those of branches
    return constant
        ? graph.constant(name, tensors.literal(tensor))
        : enclosing == null ? parameter(name, tensor) : capture(hoisted(name, tensor));
  }

  private Value parameter(String name, OnnxMl.TensorProto tensor) throws IOException {
    Value value =
        graph.parameter(
            name, TensorDecoder.type(tensor), Initialization.ZEROS, TensorDecoder.shape(tensor));
    weights.put(name, tensors.tensor(tensor));
    return value;
  }

  private Value hoisted(String name, OnnxMl.TensorProto tensor) throws IOException {
    if (enclosing != null) {
      Value outer = enclosing.hoisted(name, tensor);
      return enclosing.enclosing == null ? outer : enclosing.capture(outer);
    }
    String free = name;
    while (namesInFile.getOrDefault(free, 0) > (free.equals(name) ? 1 : 0)) {
      free += "_";
    }
    countName(free);
    return parameter(free, tensor);
  }

  private Value capture(Value outer) {
    return graph.capture(outer);
  }

  private Value resolve(String name, String reader) {
    Value value = find(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "'" + name + "' is read by " + reader + " but nothing before that gives it");
    }
    return value;
  }

  private @Nullable Value find(String name) {
    Value own = values.get(name);
    if (own != null || enclosing == null) {
      return own;
    }
    Value outer = enclosing.find(name);
    if (outer == null) {
      return null;
    }
    Value captured = capture(outer);
    values.put(name, captured);
    return captured;
  }

  private void addNode(OnnxMl.NodeProto node) throws IOException {
    String reader = "node '" + node.getName() + "' (" + node.getOpType() + ")";
    if (node.getOpType().equals("Constant") && node.getDomain().isEmpty()) {
      OnnxMl.TensorProto tensor = Attributes.constant(node);
      if (tensor != null) {
        boolean constant = TensorDecoder.elements(tensor) <= LARGEST_CONSTANT;
        define(node.getOutput(0), held(node.getOutput(0), tensor, constant));
        return;
      }
    }
    List<@Nullable Value> inputs = new ArrayList<>();
    for (String input : node.getInputList()) {
      inputs.add(input.isEmpty() ? null : resolve(input, reader));
    }
    Map<String, Object> attributes = new HashMap<>();
    for (OnnxMl.AttributeProto attribute : node.getAttributeList()) {
      attributes.put(
          attribute.getName(),
          attribute.hasG()
              ? subGraph(attribute.getG())
              : Attributes.decode(attribute, reader, tensors));
    }
    String domain = node.getDomain().equals("ai.onnx") ? "" : node.getDomain();
    // runtimes want node names to be unique, but they may be missing
    String name =
        node.getName().isEmpty() ? graph.naming().fresh(node.getOpType()) : node.getName();
    Node added = new Node(name, domain, node.getOpType(), inputs, attributes);
    graph.appendDescribed(added, describe(added, node), node.getOutputList());
    for (int i = 0; i < node.getOutputCount(); i++) {
      if (!node.getOutput(i).isEmpty()) {
        define(node.getOutput(i), added.outputs().get(i));
      }
    }
  }

  private Graph subGraph(OnnxMl.GraphProto part) throws IOException {
    Graph inner = new Graph(part.getName(), graph.target(), graph.floatType(), graph.opset());
    new GraphDecoder(inner, tensors, part, this, weights, namesInFile).decode();
    return inner;
  }

  private List<ShapeInference.Result> describe(Node node, OnnxMl.NodeProto written) {
    List<ShapeInference.Result> inferred = Declarations.infer(node, graph.opset());
    List<ShapeInference.Result> results = new ArrayList<>();
    for (int i = 0; i < written.getOutputCount(); i++) {
      ShapeInference.Result stated =
          Declarations.result(
              declared.getOrDefault(written.getOutput(i), OnnxMl.TypeProto.getDefaultInstance()));
      results.add(
          inferred.size() == written.getOutputCount()
              ? Declarations.merge(inferred.get(i), stated)
              : stated);
    }
    return results;
  }
}

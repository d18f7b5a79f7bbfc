package io.parlance.models.graph;

import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one intermediate representation: a directed acyclic graph of standard ONNX operators. Layers
 * append nodes to it, differentiation appends more, the writer turns what is needed for chosen
 * outputs into an ONNX model.
 *
 * <p>Nodes stand in the order in which they were appended, which is an order of evaluation. Types
 * and shapes are checked when a node is appended; an error names the layer. Not thread-safe while
 * it is being built.
 */
public final class Graph {

  /**
   * What the graph is built for: decides how layers spell a formula, never which function they
   * compute.
   */
  public enum Target {
    /** Operators that have gradient rules and fast backward passes; dropout is live. */
    TRAINING,
    /**
     * Spelled as for training, without dropout: losses and gradients of the model as it is used.
     */
    EVALUATION,
    /** Fused operators, no dropout, no gradients. */
    INFERENCE
  }

  /**
   * Operator set of training graphs. RandomUniformLike and Bernoulli lose their kernels from 22 on.
   */
  public static final int TRAINING_OPSET = 21;

  /**
   * Operator set of exported graphs: the oldest with LayerNormalization, so that most consumers
   * load it.
   */
  public static final int EXPORT_OPSET = 17;

  /**
   * A parameter of the model.
   *
   * @param value its value in the graph; the name is that of the Hugging Face state dict
   * @param initialization how it gets its first values
   * @param trained whether training changes it; false for what the reference keeps as a buffer
   */
  public record Parameter(Value value, Initialization initialization, boolean trained) {}

  /**
   * A dropout site of a training graph: an input that takes a mask of ones (keep) and zeros.
   *
   * @param mask the graph input, UINT8, of the shape of what it masks
   * @param probability the share of zeros
   */
  public record Dropout(Value mask, double probability) {}

  /**
   * A function with a derivative of its own.
   *
   * @param output what it computes
   * @param inputs what the derivative speaks of
   * @param gradient the derivative
   */
  public record Composite(Value output, List<Value> inputs, CustomGradient gradient) {
    public Composite {
      inputs = List.copyOf(inputs);
    }
  }

  private final String name;
  private final Target target;
  private final ElementType floatType;
  private final int opset;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Value> inputs = new LinkedHashMap<>();
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Value> outputs = new LinkedHashMap<>();
  private final Map<Literal, Value> constants = new LinkedHashMap<>();
  private final Map<Value, Value> captures = new LinkedHashMap<>();
  private final List<Dropout> dropouts = new ArrayList<>();
  private final Map<Value, Composite> composites = new HashMap<>();
  private final Naming naming;
  private final Map<Node, Integer> layers = new HashMap<>();
  private UnaryOperator<Value> reading = UnaryOperator.identity();

  /** A graph for training: float32, operator set {@value #TRAINING_OPSET}. */
  public static Graph training(String name) {
    return new Graph(name, Target.TRAINING, ElementType.FLOAT32, TRAINING_OPSET);
  }

  /** A graph for losses and gradients without dropout. */
  public static Graph evaluation(String name) {
    return new Graph(name, Target.EVALUATION, ElementType.FLOAT32, TRAINING_OPSET);
  }

  /** A graph for inference: float32, operator set {@value #EXPORT_OPSET}. */
  public static Graph inference(String name) {
    return new Graph(name, Target.INFERENCE, ElementType.FLOAT32, EXPORT_OPSET);
  }

  /**
   * An empty graph.
   *
   * @param name the graph's name, used in messages and in the ONNX file
   * @param target what it is built for
   * @param floatType type of parameters and floating point constants; FLOAT64 serves
   *     finite-difference checks
   * @param opset version of the standard ONNX operators
   */
  public Graph(String name, Target target, ElementType floatType, int opset) {
    if (!floatType.isFloatingPoint()) {
      throw new IllegalArgumentException(
          "the float type of graph " + name + " is a floating point type, not " + floatType);
    }
    this.name = name;
    this.naming = new Naming(name);
    this.target = target;
    this.floatType = floatType;
    this.opset = opset;
  }

  /** The graph's name. */
  public String name() {
    return name;
  }

  /** What the graph is built for. */
  public Target target() {
    return target;
  }

  /** The type of parameters and floating point constants. */
  public ElementType floatType() {
    return floatType;
  }

  /** The version of the standard ONNX operators. */
  public int opset() {
    return opset;
  }

  /** The nodes in an order of evaluation. */
  public List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  /** The inputs by name, in the order of declaration, without parameters. */
  public Map<String, Value> inputs() {
    return Collections.unmodifiableMap(inputs);
  }

  /** The parameters by name, in the order of declaration. */
  public Map<String, Parameter> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  /** The outputs by name. */
  public Map<String, Value> outputs() {
    return Collections.unmodifiableMap(outputs);
  }

  /** The dropout sites in the order in which they were written; empty for inference. */
  public List<Dropout> dropouts() {
    return Collections.unmodifiableList(dropouts);
  }

  /** The number of elements of all trained parameters. Needs no memory for them. */
  public long parameterCount() {
    return parameters.values().stream()
        .filter(Parameter::trained)
        .mapToLong(p -> p.value().shape().elements().size())
        .sum();
  }

  /** The outermost scope: parameters declared in it have no prefix. */
  public Scope root() {
    return new Scope(this, "");
  }

  /** Declares an input. */
  public Value input(String inputName, ElementType type, Shape shape) {
    return describedInput(inputName, type, shape);
  }

  /** An input of which type and shape may be unknown, as those of sub-graphs in files are. */
  Value describedInput(String inputName, @Nullable ElementType type, @Nullable Shape shape) {
    Value value =
        new Value(this, naming.claim(inputName), Value.Origin.INPUT, type, shape, null, null);
    inputs.put(inputName, value);
    return value;
  }

  /** The input of this name, declared now if it is not yet there. */
  public Value inputOnce(String inputName, ElementType type, Shape shape) {
    Value known = inputs.get(inputName);
    return known != null ? known : input(inputName, type, shape);
  }

  /**
   * Declares a trainable parameter; its name is its Hugging Face state dict name. Declared once: a
   * second declaration of the same name and shape gives the same value (tied weights).
   */
  public Value parameter(String parameterName, Initialization initialization, long... sizes) {
    return parameter(parameterName, floatType, initialization, sizes);
  }

  /**
   * Declares what files store like a parameter, though training does not change it and the
   * reference does not count it.
   */
  public Value buffer(String bufferName, Initialization initialization, long... sizes) {
    return parameter(bufferName, floatType, initialization, false, sizes);
  }

  /** Declares a parameter of another type than the graph's float type: quantized weights. */
  public Value parameter(
      String parameterName, ElementType type, Initialization initialization, long... sizes) {
    return parameter(parameterName, type, initialization, true, sizes);
  }

  private Value parameter(
      String parameterName,
      ElementType type,
      Initialization initialization,
      boolean trained,
      long... sizes) {
    Shape shape = Shape.fixed(sizes);
    Parameter known = parameters.get(parameterName);
    if (known != null) {
      if (!known.value().shape().equals(shape)) {
        throw new IllegalArgumentException(
            "parameter "
                + parameterName
                + " has shape "
                + known.value().shape()
                + " already; it cannot also have "
                + shape);
      }
      return known.value();
    }
    Value value =
        new Value(
            this, naming.claim(parameterName), Value.Origin.PARAMETER, type, shape, null, null);
    parameters.put(parameterName, new Parameter(value, initialization, trained));
    return value;
  }

  /** A constant; equal constants are one value. */
  public Value constant(Literal literal) {
    Value known = constants.get(literal);
    return known != null ? known : constant(naming.fresh("constant"), literal);
  }

  /** A constant of this name. */
  Value constant(String constantName, Literal literal) {
    Value value =
        new Value(
            this,
            naming.claim(constantName),
            Value.Origin.CONSTANT,
            literal.type(),
            Shape.fixed(literal.dimensions()),
            null,
            literal);
    if (literal.type() == ElementType.INT64
        && literal.dimensions().length <= 1
        && Arrays.stream(literal.toLongs()).allMatch(element -> element >= 0)) {
      value.setContents(Arrays.stream(literal.toLongs()).mapToObj(Dimension::of).toList());
    }
    constants.putIfAbsent(literal, value);
    return value;
  }

  /**
   * In a sub-graph: a value of the enclosing graph, here under the same name.
   *
   * @param outer a value of the graph whose node has this graph as an attribute
   */
  Value capture(Value outer) {
    Value value =
        new Value(
            this,
            naming.claim(outer.name()),
            Value.Origin.CAPTURE,
            outer.typeIfKnown(),
            outer.shapeIfKnown(),
            null,
            null);
    value.setContents(outer.contents());
    captures.put(value, outer);
    return value;
  }

  /** The values of the enclosing graph that this sub-graph reads, by their stand-ins here. */
  public Map<Value, Value> captures() {
    return Collections.unmodifiableMap(captures);
  }

  /** A scalar constant of the graph's float type. */
  public Value scalar(double value) {
    return constant(Literal.scalar(floatType, value));
  }

  /** A constant vector of 64-bit integers. */
  public Value longs(long... values) {
    return constant(Literal.longs(values));
  }

  /** A constant 64-bit integer scalar. */
  public Value longScalar(long value) {
    return constant(Literal.scalar(ElementType.INT64, value));
  }

  /** Declares a dropout site for values of this shape; the mask is a UINT8 graph input. */
  public Value dropoutMask(Shape shape, double probability) {
    Value mask = input("dropout." + dropouts.size(), ElementType.UINT8, shape);
    dropouts.add(new Dropout(mask, probability));
    return mask;
  }

  /**
   * States the derivative of {@code output} as a function of {@code inputs}. Differentiation then
   * does not look at the nodes between them, so everything that is to get a gradient through {@code
   * output} is among the inputs.
   *
   * @return {@code output}
   */
  public Value differentiate(Value output, List<Value> inputs, CustomGradient gradient) {
    requireOwn(output, "derivative");
    inputs.forEach(input -> requireOwn(input, "derivative of " + output.name()));
    if (output.producer() == null) {
      throw new IllegalArgumentException(output + " is not computed; it has no derivative");
    }
    if (composites.putIfAbsent(output, new Composite(output, inputs, gradient)) != null) {
      throw new IllegalArgumentException(output + " has a derivative of its own already");
    }
    return output;
  }

  /** The function that was given a derivative by {@link #differentiate}, or null. */
  public @Nullable Composite composite(Value output) {
    return composites.get(output);
  }

  /**
   * The layer that a node belongs to: each writing of an indexed sub-layer that is in no other such
   * has a number of its own, from 1 on; 0 for what is outside of them.
   */
  public int layer(Node node) {
    return layers.getOrDefault(node, 0);
  }

  /**
   * Lets nodes that {@code body} appends read other values than those it names.
   *
   * @param substitution gives for a value one of the same type and shape, perhaps itself
   */
  public void reading(UnaryOperator<Value> substitution, Runnable body) {
    UnaryOperator<Value> before = reading;
    reading = substitution;
    try {
      body.run();
    } finally {
      reading = before;
    }
  }

  /** Names a value as an output of the graph. */
  public void output(String outputName, Value value) {
    requireOwn(value, "output " + outputName);
    if (outputs.putIfAbsent(outputName, value) != null) {
      throw new IllegalArgumentException(
          "graph " + name + " has an output " + outputName + " already");
    }
  }

  /** Appends a standard operator; see {@link Operators} for typed calls. */
  public Node append(
      String operator, List<@Nullable Value> nodeInputs, Map<String, Object> attributes) {
    return append("", operator, nodeInputs, attributes);
  }

  /**
   * Appends an operator. Types and shapes of its outputs are inferred.
   *
   * @throws IllegalArgumentException naming the layer, the operator and the shapes, if they do not
   *     fit
   */
  public Node append(
      String domain,
      String operator,
      List<@Nullable Value> nodeInputs,
      Map<String, Object> attributes) {
    List<@Nullable Value> read = new ArrayList<>(nodeInputs);
    read.replaceAll(value -> value == null ? null : reading.apply(value));
    String nodeName = naming.freshInScope(operator);
    Node node = new Node(nodeName, domain, operator, read, attributes);
    List<ShapeInference.Result> results;
    try {
      for (Value input : nodeInputs) {
        if (input != null) {
          requireOwn(input, operator);
        }
      }
      results = ShapeInference.infer(node, opset);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          nodeName
              + " in graph "
              + this.name
              + " does not fit its inputs "
              + describe(nodeInputs)
              + ": "
              + e.getMessage(),
          e);
    }
    return register(node, results, null);
  }

  /**
   * Appends a node whose outputs are described by the caller; for operators that have no inference
   * here.
   */
  Node appendDescribed(
      Node node, List<ShapeInference.Result> results, @Nullable List<String> outputNames) {
    return register(node, results, outputNames);
  }

  private Node register(
      Node node, List<ShapeInference.Result> results, @Nullable List<String> outputNames) {
    for (int i = 0; i < results.size(); i++) {
      ShapeInference.Result result = results.get(i);
      String valueName =
          outputNames != null
              ? outputNames.get(i)
              : i == 0 ? node.name() + ":0" : node.name() + ":" + i;
      Value value =
          new Value(
              this,
              valueName.isEmpty()
                  ? ""
                  : naming.claim(valueName), // an optional output that is left out
              Value.Origin.NODE,
              result.type(),
              result.shape(),
              node,
              null);
      value.setContents(result.contents());
      node.addOutput(value);
    }
    nodes.add(node);
    layers.put(node, naming.layer());
    return node;
  }

  private static String describe(List<@Nullable Value> values) {
    return values.stream()
        .map(v -> v == null ? "-" : v.toString())
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private void requireOwn(Value value, String where) {
    if (value.graph() != this) {
      throw new IllegalArgumentException(
          where
              + " uses value "
              + value
              + " of graph "
              + value.graph().name()
              + ", but belongs to graph "
              + name);
    }
  }

  Naming naming() {
    return naming;
  }

  @Override
  public String toString() {
    return "graph " + name + " (" + nodes.size() + " nodes, " + parameters.size() + " parameters)";
  }
}

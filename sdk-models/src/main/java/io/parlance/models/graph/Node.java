package io.parlance.models.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One operator call in a {@link Graph}.
 *
 * <p>Attribute values are {@code Long}, {@code Double} (a float attribute), {@code String}, {@code
 * long[]}, {@code double[]}, {@code List<String>}, {@link Literal} or {@link Graph} (a sub-graph).
 * Names that begin with a dot are notes for this process and are not written to files.
 */
public final class Node {

  /**
   * Note on a Gather from an embedding table: the row whose gradient is zero because it stands for
   * padding (the {@code padding_idx} of PyTorch's Embedding).
   */
  public static final String PADDING_ROW = ".padding_row";

  private final String name;
  private final String domain;
  private final String operator;
  private final List<@Nullable Value> inputs;
  private final Map<String, Object> attributes;
  private final List<Value> outputs = new ArrayList<>();

  Node(
      String name,
      String domain,
      String operator,
      List<@Nullable Value> inputs,
      Map<String, Object> attributes) {
    this.name = name;
    this.domain = domain;
    this.operator = operator;
    this.inputs = inputs;
    this.attributes = Map.copyOf(attributes);
  }

  void addOutput(Value value) {
    outputs.add(value);
  }

  /** The node's name: the scope it was written in, the operator and a number. */
  public String name() {
    return name;
  }

  /** The operator set: empty for standard ONNX, else for example {@code com.microsoft}. */
  public String domain() {
    return domain;
  }

  /** The operator's ONNX name, for example {@code MatMul}. */
  public String operator() {
    return operator;
  }

  /** The inputs in order; null where an optional input is left out. */
  public List<@Nullable Value> inputs() {
    return inputs;
  }

  /**
   * Input {@code index}.
   *
   * @throws IllegalStateException if it was left out
   */
  public Value input(int index) {
    Value value = index < inputs.size() ? inputs.get(index) : null;
    if (value == null) {
      throw new IllegalStateException(name + " has no input " + index);
    }
    return value;
  }

  /** Whether input {@code index} was given. */
  public boolean hasInput(int index) {
    return index < inputs.size() && inputs.get(index) != null;
  }

  /** The values of this node's graph that its sub-graphs read. */
  public List<Value> capturedValues() {
    List<Value> captured = new ArrayList<>();
    for (Object attribute : attributes.values()) {
      if (attribute instanceof Graph subGraph) {
        captured.addAll(subGraph.captures().values());
      }
    }
    return captured;
  }

  /** The attributes by name. */
  public Map<String, Object> attributes() {
    return attributes;
  }

  /** An integer attribute, or its default. */
  public long integer(String attribute, long otherwise) {
    return attributes.get(attribute) instanceof Long value ? value : otherwise;
  }

  /** A float attribute, or its default. */
  public double number(String attribute, double otherwise) {
    return attributes.get(attribute) instanceof Double value ? value : otherwise;
  }

  /** A string attribute, or its default. */
  public String text(String attribute, String otherwise) {
    return attributes.get(attribute) instanceof String value ? value : otherwise;
  }

  /** A list-of-integers attribute, or null. */
  public long @Nullable [] integers(String attribute) {
    return attributes.get(attribute) instanceof long[] value ? value : null;
  }

  /** The outputs in order. */
  public List<Value> outputs() {
    return List.copyOf(outputs);
  }

  /** The first output. */
  public Value output() {
    return outputs.get(0);
  }

  @Override
  public String toString() {
    return name + " = " + operator + inputs;
  }
}

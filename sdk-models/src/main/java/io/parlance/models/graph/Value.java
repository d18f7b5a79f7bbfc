package io.parlance.models.graph;

import io.parlance.runtime.ElementType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor in a {@link Graph}: a graph input, a parameter, a constant or the output of a node. It
 * belongs to one graph and is known by its name there.
 */
public final class Value {

  /** Where a value comes from. */
  public enum Origin {
    INPUT,
    PARAMETER,
    CONSTANT,
    NODE,
    /** In a sub-graph: a value of the enclosing graph. */
    CAPTURE
  }

  private final Graph graph;
  private final String name;
  private final Origin origin;
  private final @Nullable ElementType type;
  private final @Nullable Shape shape;
  private final @Nullable Node producer;
  private final @Nullable Literal literal;
  private @Nullable List<Dimension> contents;

  Value(
      Graph graph,
      String name,
      Origin origin,
      @Nullable ElementType type,
      @Nullable Shape shape,
      @Nullable Node producer,
      @Nullable Literal literal) {
    this.graph = graph;
    this.name = name;
    this.origin = origin;
    this.type = type;
    this.shape = shape;
    this.producer = producer;
    this.literal = literal;
  }

  /** The graph that this value belongs to. */
  public Graph graph() {
    return graph;
  }

  /** The name, unique in the graph. */
  public String name() {
    return name;
  }

  /** Where the value comes from. */
  public Origin origin() {
    return origin;
  }

  /**
   * The element type.
   *
   * @throws IllegalStateException if it is not known, see {@link #isDescribed()}
   */
  public ElementType type() {
    if (type == null) {
      throw new IllegalStateException("the element type of " + name + " is not known");
    }
    return type;
  }

  /**
   * The shape, with symbolic dimensions.
   *
   * @throws IllegalStateException if not even the rank is known, see {@link #isDescribed()}
   */
  public Shape shape() {
    if (shape == null) {
      throw new IllegalStateException("the shape of " + name + " is not known");
    }
    return shape;
  }

  /**
   * Whether element type and rank are known. Always, except for values in graphs read from files
   * that come from operators unknown here and are not described there.
   */
  public boolean isDescribed() {
    return type != null && shape != null;
  }

  @Nullable ElementType typeIfKnown() {
    return type;
  }

  @Nullable Shape shapeIfKnown() {
    return shape;
  }

  /** The node that computes this value; null for inputs, parameters and constants. */
  public @Nullable Node producer() {
    return producer;
  }

  /** The constant's elements; null for everything else. */
  public @Nullable Literal literal() {
    return literal;
  }

  /**
   * The elements of an integer scalar or vector as dimensions, where they are known: constants, and
   * what is computed from shapes. Lets shape inference follow a Reshape whose target is taken from
   * another tensor's shape.
   */
  @Nullable List<Dimension> contents() {
    return contents;
  }

  void setContents(@Nullable List<Dimension> contents) {
    this.contents = contents;
  }

  @Override
  public String toString() {
    return name + ":" + (type == null ? "?" : type) + (shape == null ? "[?]" : shape);
  }
}

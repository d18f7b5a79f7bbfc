package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import io.parlance.runtime.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** What is known of the values in a file: what it states, joined with what can be inferred. */
final class Declarations {

  /** From here on operators take their axes as inference here expects them. */
  private static final int FIRST_INFERRED_OPSET = 13;

  private static final Pattern PRODUCT =
      Pattern.compile("(\\d{1,9}\\*)?[A-Za-z_]\\w*(\\*[A-Za-z_]\\w*)*");

  private Declarations() {}

  /** A stated type; null where it is missing or not a tensor of a supported type. */
  static ShapeInference.Result result(OnnxMl.TypeProto type) {
    if (!type.hasTensorType()) {
      return new ShapeInference.Result(null, null, null);
    }
    OnnxMl.TypeProto.Tensor tensor = type.getTensorType();
    ElementType element = OnnxTypes.find(tensor.getElemType());
    if (!tensor.hasShape()) {
      return new ShapeInference.Result(element, null, null);
    }
    List<Dimension> dimensions = new ArrayList<>();
    for (OnnxMl.TensorShapeProto.Dimension dimension : tensor.getShape().getDimList()) {
      if (dimension.hasDimValue() && dimension.getDimValue() >= 0) {
        dimensions.add(Dimension.of(dimension.getDimValue()));
      } else if (dimension.getDimParam().isEmpty()) {
        dimensions.add(Dimension.unknown());
      } else {
        dimensions.add(named(dimension.getDimParam()));
      }
    }
    return new ShapeInference.Result(element, new Shape(dimensions), null);
  }

  /** A named size; undoes {@link Dimension#toString()}. */
  private static Dimension named(String text) {
    if (!PRODUCT.matcher(text).matches()) {
      return Dimension.of(text);
    }
    Dimension product = Dimension.of(1);
    for (String part : text.split("\\*")) {
      product =
          product.times(
              Character.isDigit(part.charAt(0))
                  ? Dimension.of(Long.parseLong(part))
                  : Dimension.of(part));
    }
    return product;
  }

  /** The outputs of a node, or an empty list where nothing can be said. */
  static List<ShapeInference.Result> infer(Node node, int opset) {
    boolean known = node.domain().isEmpty() || node.domain().equals("com.microsoft");
    if (!known || opset < FIRST_INFERRED_OPSET || !ShapeInference.knows(node.operator())) {
      return List.of();
    }
    try {
      return ShapeInference.infer(node, opset);
    } catch (RuntimeException e) {
      // the rules are written for our own layers; whether a foreign node is valid is for the
      // runtime to say, here its outputs are just not described
      return List.of();
    }
  }

  /** Both together: inferred, more exact where the file is. */
  static ShapeInference.Result merge(ShapeInference.Result inferred, ShapeInference.Result stated) {
    Shape own = inferred.shape();
    Shape other = stated.shape();
    if (own == null || other == null || own.rank() != other.rank()) {
      return other == null ? inferred : stated;
    }
    Dimension[] dimensions = own.dimensions().toArray(Dimension[]::new);
    for (int i = 0; i < dimensions.length; i++) {
      Dimension dimension = other.get(i);
      boolean moreExact = dimension.isFixed() && !dimensions[i].isFixed();
      if (moreExact || (dimensions[i].isUnknown() && !dimension.isUnknown())) {
        dimensions[i] = dimension;
      }
    }
    return new ShapeInference.Result(
        stated.type() != null ? stated.type() : inferred.type(),
        new Shape(Arrays.asList(dimensions)),
        inferred.contents());
  }
}

package io.parlance.models.quantization;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.AttributeProto;
import io.parlance.InvalidInputException;
import io.parlance.models.graph.OnnxFile;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One application of {@link Quantization}: looks at every reader of every weight, then rewrites the
 * graph and its sub-graphs. Owns the memory of the new weights until it is closed.
 */
final class QuantizedModel implements AutoCloseable {

  private static final int FIRST_OPSET = 11;
  private static final Set<String> QUANTIZED_OPERATORS =
      Set.of(
          "DequantizeLinear",
          "DynamicQuantizeMatMul",
          "GatherBlockQuantized",
          "MatMulBnb4",
          "MatMulInteger",
          "MatMulIntegerToFloat",
          "MatMulNBits",
          "QAttention",
          "QGemm",
          "QLinearMatMul",
          "QMoE");

  private final OnnxFile file;
  private final Quantization options;
  private final Map<OnnxMl.GraphProto, Scope> scopes = new IdentityHashMap<>();
  private final List<Weight> weights = new ArrayList<>();
  private final Map<Weight, StoredWeight> stored = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();
  private final List<Tensor> owned = new ArrayList<>();

  QuantizedModel(OnnxFile file, Quantization options) {
    this.file = file;
    this.options = options;
  }

  /** The number of weights that are quantized. */
  int quantized() {
    return stored.size();
  }

  /** The number of large matrices that are not. */
  int kept() {
    return (int) weights.stream().filter(Weight::isLargeMatrix).count() - stored.size();
  }

  OnnxMl.ModelProto build() {
    OnnxMl.ModelProto model = file.message();
    requireOperators(model);
    look(model.getGraph(), null);
    for (Weight weight : weights) {
      if (weight.isQuantizable()) {
        stored.put(weight, store(weight));
      }
    }
    OnnxMl.ModelProto.Builder changed = model.toBuilder().setGraph(rewrite(model.getGraph()));
    boolean contrib = stored.values().stream().anyMatch(Int4Weight.class::isInstance);
    boolean imported =
        model.getOpsetImportList().stream()
            .anyMatch(set -> set.getDomain().equals(NodeWriter.MICROSOFT));
    if (contrib && !imported) {
      changed.addOpsetImport(
          OnnxMl.OperatorSetIdProto.newBuilder().setDomain(NodeWriter.MICROSOFT).setVersion(1));
    }
    return changed.build();
  }

  private void requireOperators(OnnxMl.ModelProto model) {
    for (OnnxMl.OperatorSetIdProto set : model.getOpsetImportList()) {
      boolean standard = set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx");
      if (standard && set.getVersion() < FIRST_OPSET) {
        throw new InvalidInputException(
            file.file()
                + " uses operator set "
                + set.getVersion()
                + "; integer products need at least "
                + FIRST_OPSET
                + ": export it with a newer one");
      }
    }
  }

  private void look(OnnxMl.GraphProto graph, @Nullable Scope parent) {
    Scope scope = new Scope(graph, parent);
    scopes.put(graph, scope);
    weights.addAll(scope.weights());
    graph.getInputList().forEach(input -> names.add(input.getName()));
    graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
    for (OnnxMl.NodeProto node : graph.getNodeList()) {
      if (QUANTIZED_OPERATORS.contains(node.getOpType())) {
        throw new InvalidInputException(
            file.file()
                + " is quantized already (it has "
                + node.getOpType()
                + "); quantize the graph that it was made from");
      }
      names.add(node.getName());
      names.addAll(node.getOutputList());
      if (!scope.handsOn(node)) {
        for (int i = 0; i < node.getInputCount(); i++) {
          Scope.View view = scope.view(node.getInput(i));
          if (view != null) {
            count(node, i, view);
          }
        }
      }
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasG()) {
          look(attribute.getG(), scope);
        }
        attribute.getGraphsList().forEach(each -> look(each, scope));
      }
    }
    for (OnnxMl.ValueInfoProto output : graph.getOutputList()) {
      Scope.View view = scope.view(output.getName());
      if (view != null) {
        view.weight().readOtherwise();
      }
    }
  }

  private void count(OnnxMl.NodeProto node, int input, Scope.View view) {
    Weight weight = view.weight();
    boolean left =
        options.excludes(weight.name())
            || options.excludes(node.getName())
            || options.excludes(node.getOutput(0));
    if (!left && input == 1 && isProduct(node)) {
      boolean exchanged = Scope.isStandard(node, "Gemm") && integer(node, "transB") != 0;
      weight.readByProduct(view.transposed() != exchanged);
    } else if (!left
        && input == 0
        && Scope.isStandard(node, "Gather")
        && integer(node, "axis") == 0
        && !view.transposed()) {
      weight.readByLookUp();
    } else {
      weight.readOtherwise();
    }
  }

  private static boolean isProduct(OnnxMl.NodeProto node) {
    return Scope.isStandard(node, "MatMul")
        || (Scope.isStandard(node, "Gemm")
            && integer(node, "transA") == 0
            && number(node, "alpha") == 1
            && (number(node, "beta") == 1 || node.getInputCount() < 3));
  }

  private static long integer(OnnxMl.NodeProto node, String name) {
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        return attribute.getI();
      }
    }
    return 0;
  }

  private static float number(OnnxMl.NodeProto node, String name) {
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        return attribute.getF();
      }
    }
    return 1;
  }

  private StoredWeight store(Weight weight) {
    Tensor values = file.tensor(weight.tensor());
    Tensor floats = values;
    try {
      if (weight.isHalf()) {
        floats = Tensor.of(values.toFloatArray(), values.shape());
      }
      return options.format() == WeightFormat.INT4 && Int4Weight.canHold(weight)
          ? new Int4Weight(weight, floats, this::keep, names)
          : new Int8Weight(weight, floats, options.limit(), this::keep, names);
    } finally {
      values.close();
      if (floats != values) {
        floats.close();
      }
    }
  }

  private Tensor keep(Tensor tensor) {
    owned.add(tensor);
    return tensor;
  }

  private OnnxMl.GraphProto rewrite(OnnxMl.GraphProto graph) {
    Scope scope = Objects.requireNonNull(scopes.get(graph));
    NodeWriter writer = new NodeWriter(names);
    OnnxMl.GraphProto.Builder changed =
        graph.toBuilder().clearNode().clearInitializer().clearInput().clearValueInfo();
    for (OnnxMl.TensorProto tensor : graph.getInitializerList()) {
      if (!isReplaced(tensor.getName(), scope)) {
        changed.addInitializer(inline(tensor));
      }
    }
    stored.forEach(
        (weight, replacement) -> {
          if (weight.scope() == scope) {
            changed.addAllInitializer(replacement.initializers());
            replacement.prepare(writer);
          }
        });
    graph.getInputList().stream()
        .filter(input -> !isReplaced(input.getName(), scope))
        .forEach(changed::addInput);
    graph.getValueInfoList().stream()
        .filter(value -> !isReplaced(value.getName(), scope))
        .forEach(changed::addValueInfo);
    for (OnnxMl.NodeProto node : graph.getNodeList()) {
      rewrite(node, scope, writer);
    }
    return changed.addAllNode(writer.nodes()).build();
  }

  /** A tensor with its data; that of another file is brought into the message. */
  private OnnxMl.TensorProto inline(OnnxMl.TensorProto tensor) {
    if (tensor.getDataLocation() != OnnxMl.TensorProto.DataLocation.EXTERNAL) {
      return tensor;
    }
    return OnnxFile.initializer(tensor.getName(), keep(file.tensor(tensor)));
  }

  private boolean isReplaced(String name, Scope scope) {
    Scope.View view = scope.view(name);
    return view != null && stored.containsKey(view.weight());
  }

  private void rewrite(OnnxMl.NodeProto node, Scope scope, NodeWriter writer) {
    boolean lookUp = Scope.isStandard(node, "Gather");
    boolean product = isProduct(node);
    if (lookUp || product) {
      Scope.View view = scope.view(node.getInput(lookUp ? 0 : 1));
      StoredWeight replacement = view == null ? null : stored.get(view.weight());
      if (view != null && replacement != null) {
        replace(node, view.weight(), replacement, writer);
        return;
      }
    }
    if (node.getOutputCount() == 1 && isReplaced(node.getOutput(0), scope)) {
      return; // hands on a weight that is gone
    }
    writer.copy(withSubGraphs(node));
  }

  private OnnxMl.NodeProto withSubGraphs(OnnxMl.NodeProto node) {
    OnnxMl.NodeProto.Builder changed = null;
    for (int i = 0; i < node.getAttributeCount(); i++) {
      AttributeProto attribute = node.getAttribute(i);
      if (attribute.hasG() || attribute.getGraphsCount() > 0) {
        AttributeProto.Builder rewritten = attribute.toBuilder();
        if (attribute.hasG()) {
          rewritten.setG(rewrite(attribute.getG()));
        }
        for (int g = 0; g < attribute.getGraphsCount(); g++) {
          rewritten.setGraphs(g, rewrite(attribute.getGraphs(g)));
        }
        changed = changed == null ? node.toBuilder() : changed;
        changed.setAttribute(i, rewritten);
      }
    }
    return changed == null ? node : changed.build();
  }

  private static void replace(
      OnnxMl.NodeProto node, Weight weight, StoredWeight replacement, NodeWriter writer) {
    String stem = node.getOutput(0);
    String result;
    if (Scope.isStandard(node, "Gather")) {
      result = replacement.lookUp(stem, node.getInput(1), writer);
      result = weight.isHalf() ? writer.cast(stem, result, NodeWriter.FLOAT16) : result;
    } else {
      String input = node.getInput(0);
      if (weight.isHalf()) {
        String half = input;
        input =
            writer
                .once("float " + half, () -> List.of(writer.cast(half, half, NodeWriter.FLOAT)))
                .get(0);
      }
      result = replacement.product(stem, input, writer);
      result = weight.isHalf() ? writer.cast(stem, result, NodeWriter.FLOAT16) : result;
      if (node.getInputCount() > 2 && !node.getInput(2).isEmpty()) {
        result = writer.add(stem, "Add", Map.of(), result, node.getInput(2));
      }
    }
    writer.rename(result, node.getOutput(0));
  }

  @Override
  public void close() {
    owned.forEach(Tensor::close);
  }
}

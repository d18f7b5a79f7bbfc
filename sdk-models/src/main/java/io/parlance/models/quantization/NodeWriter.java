package io.parlance.models.quantization;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Appends nodes to one graph under names that no other graph of the model has. */
final class NodeWriter {

  static final String MICROSOFT = "com.microsoft";
  static final long FLOAT = 1;
  static final long FLOAT16 = 10;

  private final Set<String> taken;
  private final List<OnnxMl.NodeProto> nodes = new ArrayList<>();
  private final Map<String, List<String>> shared = new HashMap<>();

  /**
   * A writer of an empty graph.
   *
   * @param taken all names of the model; new ones are added
   */
  NodeWriter(Set<String> taken) {
    this.taken = taken;
  }

  List<OnnxMl.NodeProto> nodes() {
    return nodes;
  }

  void copy(OnnxMl.NodeProto node) {
    nodes.add(node);
  }

  /** The names that were computed for a key before, else what the supplier makes now. */
  List<String> once(String key, Supplier<List<String>> compute) {
    List<String> found = shared.get(key);
    if (found == null) {
      found = compute.get();
      shared.put(key, found);
    }
    return found;
  }

  /** A name that nothing has yet. */
  static String unused(String wish, Set<String> taken) {
    String name = wish;
    for (int i = 1; !taken.add(name); i++) {
      name = wish + "_" + i;
    }
    return name;
  }

  /** Appends a node with one output. */
  String add(String stem, String operator, Map<String, Long> attributes, String... inputs) {
    return add(stem, operator, 1, attributes, inputs).get(0);
  }

  /** Appends a node and gives the names of its outputs, which begin with the stem. */
  List<String> add(
      String stem, String operator, int outputs, Map<String, Long> attributes, String... inputs) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      names.add(unused(stem + "/" + operator + (i == 0 ? "" : "_" + i), taken));
    }
    OnnxMl.NodeProto.Builder node =
        OnnxMl.NodeProto.newBuilder()
            .setName(unused(stem + "/" + operator + "_node", taken))
            .setOpType(operator)
            .addAllInput(List.of(inputs))
            .addAllOutput(names);
    if (operator.equals("MatMulNBits") || operator.equals("GatherBlockQuantized")) {
      node.setDomain(MICROSOFT);
    }
    new TreeMap<>(attributes)
        .forEach( // the same graph gives the same bytes
            (name, value) ->
                node.addAttribute(
                    AttributeProto.newBuilder()
                        .setName(name)
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(value)));
    nodes.add(node.build());
    return names;
  }

  /** Gives a computed value the name that its readers know; the last node must have made it. */
  void rename(String value, String name) {
    OnnxMl.NodeProto last = nodes.remove(nodes.size() - 1);
    if (!last.getOutput(0).equals(value)) {
      throw new IllegalStateException(value + " was not computed last");
    }
    nodes.add(last.toBuilder().setOutput(0, name).build());
  }

  /** The value as another type of number. */
  String cast(String stem, String value, long type) {
    return add(stem, "Cast", Map.of("to", type), value);
  }
}

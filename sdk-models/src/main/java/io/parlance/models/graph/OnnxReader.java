package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.CodedInputStream;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.runtime.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads ONNX models, also those of other tools, into a {@link Graph}.
 *
 * <p>Initializers become parameters, except scalars and INT64, INT32 and BOOL tensors of at most
 * {@value GraphDecoder#LARGEST_CONSTANT} elements; these and the results of small Constant nodes
 * become constants of the graph. Operators that are unknown here, also of other operator sets, are
 * kept as they are; their outputs have the types and shapes that the file states, or none.
 */
public final class OnnxReader {

  private OnnxReader() {}

  /**
   * Reads a model and its weights, also from the files beside it that it refers to.
   *
   * @return the model; to be closed
   * @throws ModelNotFoundException if there is no such file
   * @throws ModelUnusableException naming the file and the reason, if it is broken, truncated or
   *     uses types that are not supported
   */
  public static OnnxModel read(Path file) {
    return decode(file, OnnxFile.read(file).message());
  }

  /**
   * The name of the tool that wrote a model; reads only the head of the file, where every writer
   * puts it.
   *
   * @return empty if the file is missing, broken or does not tell
   */
  public static Optional<String> producer(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      CodedInputStream stream = CodedInputStream.newInstance(in);
      for (int tag = stream.readTag(); tag != 0; tag = stream.readTag()) {
        int field = tag >>> 3;
        if (field == OnnxMl.ModelProto.PRODUCER_NAME_FIELD_NUMBER) {
          return Optional.of(stream.readString());
        }
        if (field == OnnxMl.ModelProto.GRAPH_FIELD_NUMBER || !stream.skipField(tag)) {
          return Optional.empty();
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static OnnxModel decode(Path file, OnnxMl.ModelProto message) {
    long opset = 0;
    Map<String, Long> operatorSets = new LinkedHashMap<>();
    for (OnnxMl.OperatorSetIdProto set : message.getOpsetImportList()) {
      if (set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx")) {
        opset = set.getVersion();
      } else {
        operatorSets.put(set.getDomain(), set.getVersion());
      }
    }
    if (opset < 1 || opset > 1000) {
      throw new ModelUnusableException(
          file + " does not import a version of the standard operators, or a wrong one: " + opset);
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    message.getMetadataPropsList().forEach(p -> metadata.put(p.getKey(), p.getValue()));
    TensorDecoder tensors = new TensorDecoder(file.toAbsolutePath());
    Graph graph =
        new Graph(
            message.getGraph().getName(),
            Graph.Target.INFERENCE,
            floatType(message.getGraph()),
            (int) opset);
    GraphDecoder decoder = new GraphDecoder(graph, tensors, message.getGraph());
    try {
      decoder.decode();
      return new OnnxModel(graph, decoder.weights(), operatorSets, metadata);
    } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
      decoder.close();
      throw new ModelUnusableException(file + " is not a valid ONNX model: " + e.getMessage(), e);
    } catch (IOException e) {
      decoder.close();
      throw new ModelUnusableException(file + " cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      decoder.close();
      throw e;
    }
  }

  /** The floating point type of most weights. */
  private static ElementType floatType(OnnxMl.GraphProto message) {
    Map<ElementType, Long> counts = new EnumMap<>(ElementType.class);
    for (OnnxMl.TensorProto tensor : message.getInitializerList()) {
      ElementType type = OnnxTypes.find(tensor.getDataType());
      if (type != null && type.isFloatingPoint()) {
        counts.merge(type, 1L, Long::sum);
      }
    }
    return counts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(ElementType.FLOAT32);
  }
}

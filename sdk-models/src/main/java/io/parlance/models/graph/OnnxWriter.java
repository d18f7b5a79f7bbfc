package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.CodedOutputStream;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns a {@link Graph} into an ONNX model: what the chosen outputs need, and nothing else.
 *
 * <p>Parameters are inputs of the model (so that a training step can be fed with them) until {@link
 * #weights} gives their values, which are then written as initializers. The same graph always gives
 * the same bytes. Immutable: every {@code with}-like call returns a new writer.
 */
public final class OnnxWriter {

  /** Initializers up to this many bytes together stay inside the model file: 2 GB less a margin. */
  public static final long DEFAULT_EXTERNAL_DATA_THRESHOLD = 2_000_000_000L;

  /** The {@code producer_name} of every model that is written here. */
  public static final String PRODUCER = "parlance";

  private final Graph graph;
  private final Map<String, Value> outputs;
  private final boolean allInputs;
  private final @Nullable Map<String, Tensor> weights;
  private final Map<String, Long> operatorSets;
  private final Map<String, String> metadata;
  private final long externalDataThreshold;

  private OnnxWriter(
      Graph graph,
      Map<String, Value> outputs,
      boolean allInputs,
      @Nullable Map<String, Tensor> weights,
      Map<String, Long> operatorSets,
      Map<String, String> metadata,
      long externalDataThreshold) {
    this.graph = graph;
    this.outputs = outputs;
    this.allInputs = allInputs;
    this.weights = weights;
    this.operatorSets = operatorSets;
    this.metadata = metadata;
    this.externalDataThreshold = externalDataThreshold;
  }

  /** A writer of the graph's own outputs, with only those inputs that they need. */
  public static OnnxWriter of(Graph graph) {
    return new OnnxWriter(
        graph, graph.outputs(), false, null, Map.of(), Map.of(), DEFAULT_EXTERNAL_DATA_THRESHOLD);
  }

  /**
   * Writes these outputs instead of the graph's own.
   *
   * @param chosen name in the model to value in the graph, in the model's order
   */
  public OnnxWriter outputs(Map<String, Value> chosen) {
    return new OnnxWriter(
        graph,
        new LinkedHashMap<>(chosen),
        allInputs,
        weights,
        operatorSets,
        metadata,
        externalDataThreshold);
  }

  /** Declares every input of the graph, also those that no chosen output needs. */
  public OnnxWriter keepAllInputs() {
    return new OnnxWriter(
        graph, outputs, true, weights, operatorSets, metadata, externalDataThreshold);
  }

  /**
   * Writes parameters as initializers with these values. They are read, without a copy in Java's
   * heap, when the model is written.
   *
   * @param values a tensor of the parameter's type and shape for every parameter that is needed;
   *     others are ignored
   */
  public OnnxWriter weights(Map<String, Tensor> values) {
    return new OnnxWriter(
        graph, outputs, allInputs, values, operatorSets, metadata, externalDataThreshold);
  }

  /** Versions of operator sets beside the standard one by domain; version 1 where none is given. */
  public OnnxWriter operatorSets(Map<String, Long> versions) {
    return new OnnxWriter(
        graph,
        outputs,
        allInputs,
        weights,
        new TreeMap<>(versions),
        metadata,
        externalDataThreshold);
  }

  /** Texts about the model, written as its {@code metadata_props}. */
  public OnnxWriter metadata(Map<String, String> properties) {
    return new OnnxWriter(
        graph,
        outputs,
        allInputs,
        weights,
        operatorSets,
        new TreeMap<>(properties),
        externalDataThreshold);
  }

  /**
   * Puts weights into a second file when the initializers have more bytes than this together.
   * Matters only to {@link #write}; a model in memory always holds its weights.
   *
   * @param bytes at most {@value #DEFAULT_EXTERNAL_DATA_THRESHOLD}, the default: an ONNX file may
   *     not exceed 2 GB
   */
  public OnnxWriter externalDataAbove(long bytes) {
    if (bytes < 0 || bytes > DEFAULT_EXTERNAL_DATA_THRESHOLD) {
      throw new IllegalArgumentException(
          "the threshold for external data is 0 to "
              + DEFAULT_EXTERNAL_DATA_THRESHOLD
              + " bytes, not "
              + bytes);
    }
    return new OnnxWriter(graph, outputs, allInputs, weights, operatorSets, metadata, bytes);
  }

  /**
   * The model as bytes, for a session.
   *
   * @throws IllegalStateException if it would exceed 2 GB
   */
  public byte[] toBytes() {
    return model(null).toByteArray();
  }

  /**
   * The model in native memory, for a session: weights are copied once, outside Java's heap.
   *
   * @throws IllegalStateException if it would exceed 2 GB
   */
  public ByteBuffer toBuffer() {
    OnnxMl.ModelProto model = model(null);
    ByteBuffer buffer = ByteBuffer.allocateDirect(model.getSerializedSize());
    try {
      CodedOutputStream stream = CodedOutputStream.newInstance(buffer);
      model.writeTo(stream);
      stream.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + graph + " into memory", e);
    }
    return buffer.flip();
  }

  /**
   * Writes the model to a file, and its weights to {@code FILE_data} beside it when they exceed the
   * threshold. The files appear complete or not at all.
   *
   * @param file conventionally {@code model.onnx}; replaced if it exists
   * @throws io.parlance.NlpException naming the file, if it cannot be written
   */
  public void write(Path file) {
    ModelFiles.write(file, this::model, externalDataThreshold);
  }

  /** The message; with a layout, large initializers refer to it instead of holding their data. */
  private OnnxMl.ModelProto model(@Nullable ExternalData external) {
    GraphEncoder encoder = new GraphEncoder(graph, weights, external);
    OnnxMl.GraphProto encoded = encoder.encode(outputs, allInputs);
    if (external == null && encoder.initializerBytes() > DEFAULT_EXTERNAL_DATA_THRESHOLD) {
      throw new IllegalStateException(
          graph
              + " has "
              + encoder.initializerBytes()
              + " bytes of weights, too many for one ONNX message; write it to a file");
    }
    OnnxMl.ModelProto.Builder model =
        OnnxMl.ModelProto.newBuilder()
            .setIrVersion(intermediateRepresentationVersion(graph.opset()))
            .setProducerName(PRODUCER)
            .addOpsetImport(operatorSet("", graph.opset()));
    for (String domain : encoder.domains()) {
      model.addOpsetImport(operatorSet(domain, operatorSets.getOrDefault(domain, 1L)));
    }
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                OnnxMl.StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.setGraph(encoded).build();
  }

  private static OnnxMl.OperatorSetIdProto operatorSet(String domain, long version) {
    return OnnxMl.OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }

  /**
   * The format version that came with an operator set (the table in ONNX's Versioning.md), so that
   * a consumer old enough for the operators accepts the file; nothing written here needs one beyond
   * 10.
   */
  private static int intermediateRepresentationVersion(int opset) {
    return opset < 15 ? 7 : opset < 19 ? 8 : opset < 21 ? 9 : 10;
  }
}

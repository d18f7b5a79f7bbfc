package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX file as its message, for changing parts of a file whose other parts need not be
 * understood. {@link OnnxReader} reads what is to be differentiated or inspected.
 *
 * @param file where it was read
 * @param message the model; large parts of it stay in the mapped file
 */
public record OnnxFile(Path file, OnnxMl.ModelProto message) {

  /**
   * Reads a model, but not the files that it refers to.
   *
   * @throws ModelNotFoundException if there is no such file
   * @throws ModelUnusableException naming the file and the reason, if it is broken or truncated, or
   *     defines functions of its own
   */
  public static OnnxFile read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ModelNotFoundException("there is no ONNX file " + file.toAbsolutePath());
    }
    OnnxMl.ModelProto message = parse(file);
    if (!message.hasGraph() || message.getGraph().getOutputCount() == 0) {
      throw new ModelUnusableException(
          file + " is not an ONNX model: it holds no graph with outputs");
    }
    if (message.getFunctionsCount() > 0) {
      throw new ModelUnusableException(
          file
              + " defines functions of its own ("
              + message.getFunctions(0).getName()
              + "), which are not supported; export it with functions inlined");
    }
    return new OnnxFile(file.toAbsolutePath(), message);
  }

  /** Parses the message; its large parts stay in the mapped file. */
  private static OnnxMl.ModelProto parse(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size == 0 || size > Integer.MAX_VALUE) {
        throw new ModelUnusableException(
            file + " has " + size + " bytes; an ONNX file has more than 0 and less than 2 GB");
      }
      CodedInputStream stream =
          UnsafeByteOperations.unsafeWrap(channel.map(FileChannel.MapMode.READ_ONLY, 0, size))
              .newCodedInput();
      stream.enableAliasing(true);
      stream.setSizeLimit(Integer.MAX_VALUE);
      return OnnxMl.ModelProto.parseFrom(stream);
    } catch (InvalidProtocolBufferException e) {
      throw new ModelUnusableException(
          file
              + " ("
              + file.toFile().length()
              + " bytes) is not an ONNX model or is truncated: "
              + e.getMessage(),
          e);
    } catch (IOException e) {
      throw new ModelUnusableException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * The values of a tensor of this model, also from a file beside it.
   *
   * @return to be closed
   * @throws ModelUnusableException if they are missing or do not fit the tensor's type and shape
   */
  public Tensor tensor(OnnxMl.TensorProto tensor) {
    try {
      return new TensorDecoder(file).tensor(tensor);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ModelUnusableException(file + " is not a valid ONNX model: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new ModelUnusableException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** The names of the files beside this one that hold its weights, sorted. */
  public List<String> externalFiles() {
    TreeSet<String> names = new TreeSet<>();
    for (OnnxMl.TensorProto tensor : message.getGraph().getInitializerList()) {
      tensor.getExternalDataList().stream()
          .filter(entry -> entry.getKey().equals("location"))
          .forEach(entry -> names.add(entry.getValue()));
    }
    return List.copyOf(names);
  }

  /** The type of a tensor's elements, or null if it is none that the runtime takes. */
  public static @Nullable ElementType type(OnnxMl.TensorProto tensor) {
    return OnnxTypes.find(tensor.getDataType());
  }

  /** A tensor that reads its data from native memory while it is written. */
  public static OnnxMl.TensorProto initializer(String name, Tensor values) {
    return OnnxMl.TensorProto.newBuilder()
        .setName(name)
        .setDataType(OnnxTypes.code(values.type()))
        .addAllDims(Arrays.stream(values.shape()).boxed().toList())
        .setRawData(UnsafeByteOperations.unsafeWrap(values.buffer()))
        .build();
  }

  /**
   * Writes a model, and the data of its initializers to {@code FILE_data} beside it where they are
   * too large for one file. The files appear complete or not at all.
   *
   * @param model a model that holds all its data
   * @param target replaced if it exists
   * @throws io.parlance.NlpException naming the file, if it cannot be written
   */
  public static void write(OnnxMl.ModelProto model, Path target) {
    ModelFiles.write(
        target,
        layout -> layout == null ? model : moveData(model, layout),
        OnnxWriter.DEFAULT_EXTERNAL_DATA_THRESHOLD);
  }

  private static OnnxMl.ModelProto moveData(OnnxMl.ModelProto model, ExternalData layout) {
    OnnxMl.GraphProto.Builder graph = model.getGraph().toBuilder();
    for (OnnxMl.TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      ByteString data = tensor.getRawData();
      ByteBuffer bytes = data.asReadOnlyByteBuffer();
      if (layout.takes(bytes)) {
        layout.place(tensor.clearRawData(), bytes);
      }
    }
    return model.toBuilder().setGraph(graph).build();
  }
}

package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import io.parlance.NlpException;
import io.parlance.models.files.AtomicFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts an ONNX model on disk, in one file or two. */
final class ModelFiles {

  private static final int BUFFER_BYTES = 1 << 20;

  private ModelFiles() {}

  /**
   * Writes a model.
   *
   * @param encode makes the message, with a layout or, given null, with the weights inside
   */
  static void write(
      Path file, Function<@Nullable ExternalData, OnnxMl.ModelProto> encode, long threshold) {
    Path target = file.toAbsolutePath();
    Path dataTarget = target.resolveSibling(target.getFileName() + "_data");
    ExternalData layout = new ExternalData(dataTarget.getFileName().toString());
    OnnxMl.ModelProto withLayout = encode.apply(layout);
    boolean external = layout.bytes() > threshold;
    OnnxMl.ModelProto model = external ? withLayout : encode.apply(null);
    try {
      if (external) { // first: a model never refers to weights that are not there
        AtomicFile.write(dataTarget, layout::writeTo);
      }
      AtomicFile.write(target, channel -> writeMessage(model, channel));
      if (!external) {
        Files.deleteIfExists(dataTarget);
      }
    } catch (IOException e) {
      throw new NlpException("the ONNX model " + target + " cannot be written: " + e, e);
    }
  }

  private static void writeMessage(OnnxMl.ModelProto model, WritableByteChannel channel)
      throws IOException {
    OutputStream stream = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
    model.writeTo(stream);
    stream.flush();
  }
}

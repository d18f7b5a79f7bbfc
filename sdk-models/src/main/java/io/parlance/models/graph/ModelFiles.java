package io.parlance.models.graph;

import ai.onnx.proto.OnnxMl;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts an ONNX model on disk, in one file or two, complete or not at all. */
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
    OnnxMl.ModelProto model = encode.apply(layout);
    boolean external = layout.bytes() > threshold;
    if (!external) {
      model = encode.apply(null);
    }
    Path modelPart = target.resolveSibling("." + target.getFileName() + ".part");
    Path dataPart = target.resolveSibling("." + dataTarget.getFileName() + ".part");
    try {
      if (external) {
        store(dataPart, layout::writeTo);
      }
      OnnxMl.ModelProto message = model;
      store(modelPart, channel -> writeMessage(message, channel));
      // data first: a model never points to weights that are not there
      if (external) {
        move(dataPart, dataTarget);
      }
      move(modelPart, target);
      if (!external) {
        Files.deleteIfExists(dataTarget);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the ONNX model " + target + ": " + e, e);
    } finally {
      deleteQuietly(modelPart);
      deleteQuietly(dataPart);
    }
  }

  private interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  private static void store(Path path, Content content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      content.writeTo(channel);
      channel.force(true);
    }
  }

  private static void writeMessage(OnnxMl.ModelProto model, FileChannel channel)
      throws IOException {
    OutputStream stream = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
    model.writeTo(stream);
    stream.flush();
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void deleteQuietly(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      part.toFile().deleteOnExit(); // the failure that brought us here matters more
    }
  }
}

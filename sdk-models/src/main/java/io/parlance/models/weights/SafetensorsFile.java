package io.parlance.models.weights;

import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** One open safetensors file. Reads are positional, so several threads may read at once. */
final class SafetensorsFile implements AutoCloseable {

  private final Path path;
  private final FileChannel channel;
  private final SafetensorsHeader header;

  private SafetensorsFile(Path path, FileChannel channel, SafetensorsHeader header) {
    this.path = path;
    this.channel = channel;
    this.header = header;
  }

  static SafetensorsFile open(Path path) {
    @Nullable FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      SafetensorsFile file =
          new SafetensorsFile(path, channel, SafetensorsHeader.read(channel, path));
      channel = null; // the file owns it now
      return file;
    } catch (NoSuchFileException e) {
      throw new ModelNotFoundException("there is no safetensors file " + path, e);
    } catch (IOException e) {
      throw unreadable(path, e);
    } finally {
      close(channel);
    }
  }

  Path path() {
    return path;
  }

  SafetensorsHeader header() {
    return header;
  }

  /** The tensor as it is stored. */
  Tensor read(SafetensorsHeader.Entry entry) {
    ElementType type = entry.type().elementType();
    if (type == null) {
      throw new ModelUnusableException(
          "tensor '%s' in %s has type %s, which cannot be used; convert it to F32"
              .formatted(entry.name(), path, entry.type()));
    }
    Tensor tensor;
    try {
      tensor = Tensor.allocate(type, entry.shape());
    } catch (IllegalArgumentException e) {
      throw new ModelUnusableException(
          "tensor '%s' in %s cannot be used: %s".formatted(entry.name(), path, e.getMessage()), e);
    }
    try {
      readInto(entry, tensor);
      return tensor;
    } catch (RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  /** Reads the tensor as it is stored into {@code tensor}, which has its type and shape. */
  void readInto(SafetensorsHeader.Entry entry, Tensor tensor) {
    // both the format and every machine that ONNX Runtime supports are little-endian
    ByteBuffer target = tensor.buffer();
    try {
      while (target.hasRemaining()) {
        if (channel.read(target, entry.offset() + target.position()) < 0) {
          throw new ModelUnusableException(
              "safetensors file %s is truncated: tensor '%s' needs %d bytes, found %d"
                  .formatted(path, entry.name(), entry.length(), target.position()));
        }
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  @Override
  public void close() {
    close(channel);
  }

  private static void close(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ModelUnusableException unreadable(Path path, IOException cause) {
    return new ModelUnusableException("file " + path + " cannot be read: " + cause, cause);
  }
}

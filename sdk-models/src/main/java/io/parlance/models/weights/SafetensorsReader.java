package io.parlance.models.weights;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.annotations.SerializedName;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads tensors from safetensors files as Hugging Face writes them: one file, or a folder with
 * {@code model.safetensors} or with shards and their {@code model.safetensors.index.json}.
 *
 * <p>The whole header is checked when a file is opened: offsets in bounds, sizes that fit type and
 * shape, no overlap, no gap. Data is read only when asked for. Several threads may read at once.
 * Whoever opens a reader closes it; the tensors it gave belong to the caller.
 */
public final class SafetensorsReader implements AutoCloseable {

  /** The name of an unsharded weights file in a model folder. */
  public static final String FILE_NAME = "model.safetensors";

  /** The name of the file that says which shard holds which tensor. */
  public static final String INDEX_NAME = "model.safetensors.index.json";

  /**
   * A tensor that can be read.
   *
   * @param dtype the element type as the file spells it, e.g. {@code BF16}
   * @param shape the sizes of the dimensions, none for a scalar
   */
  public record Description(String dtype, List<Long> shape) {

    public Description {
      shape = List.copyOf(shape);
    }

    /** Whether the values are floating point numbers. */
    public boolean isFloatingPoint() {
      return dtype.startsWith("F") || dtype.startsWith("BF");
    }
  }

  private record Index(@SerializedName("weight_map") @Nullable Map<String, String> shards) {}

  private record Location(SafetensorsFile file, SafetensorsHeader.Entry entry) {}

  private final Path source;
  private final List<SafetensorsFile> files;
  private final Map<String, Location> locations = new LinkedHashMap<>();
  private final Map<String, Description> descriptions = new LinkedHashMap<>();

  private SafetensorsReader(Path source, List<SafetensorsFile> files) {
    this.source = source;
    this.files = files;
    for (SafetensorsFile file : files) {
      for (SafetensorsHeader.Entry entry : file.header().entries().values()) {
        Location earlier = locations.put(entry.name(), new Location(file, entry));
        if (earlier != null) {
          throw new ModelUnusableException(
              "tensor '%s' is in %s and in %s"
                  .formatted(entry.name(), earlier.file().path(), file.path()));
        }
        List<Long> shape = Arrays.stream(entry.shape()).boxed().toList();
        descriptions.put(entry.name(), new Description(entry.type().name(), shape));
      }
    }
  }

  /**
   * Opens a safetensors file, an index file, or a model folder with either.
   *
   * @throws ModelNotFoundException if there is no such file
   * @throws ModelUnusableException if a file is broken or truncated, or the shards do not fit their
   *     index
   */
  public static SafetensorsReader open(Path source) {
    if (!Files.isDirectory(source)) {
      return source.toString().endsWith(".json")
          ? openShards(source)
          : open(source, Set.of(source));
    }
    Path single = source.resolve(FILE_NAME);
    if (Files.exists(single)) {
      return open(single, Set.of(single));
    }
    Path index = source.resolve(INDEX_NAME);
    if (Files.exists(index)) {
      return openShards(index);
    }
    throw new ModelNotFoundException(
        "folder %s has no weights: neither %s nor %s is there%s"
            .formatted(
                source,
                FILE_NAME,
                INDEX_NAME,
                Files.exists(source.resolve("pytorch_model.bin"))
                    ? "; convert its pytorch_model.bin to safetensors first"
                    : ""));
  }

  private static SafetensorsReader openShards(Path index) {
    Map<String, String> shards = readIndex(index);
    List<Path> paths =
        shards.values().stream().distinct().sorted().map(index::resolveSibling).toList();
    SafetensorsReader reader = open(index, paths);
    for (Map.Entry<String, String> shard : shards.entrySet()) {
      Location location = reader.locations.get(shard.getKey());
      if (location == null
          || !location.file().path().equals(index.resolveSibling(shard.getValue()))) {
        reader.close();
        throw new ModelUnusableException(
            "%s says that tensor '%s' is in %s, but it is %s"
                .formatted(
                    index,
                    shard.getKey(),
                    shard.getValue(),
                    location == null
                        ? "in no shard"
                        : "in " + location.file().path().getFileName()));
      }
    }
    return reader;
  }

  private static Map<String, String> readIndex(Path index) {
    Index read;
    try {
      read = new Gson().fromJson(Files.readString(index), Index.class);
    } catch (IOException | JsonParseException e) {
      throw new ModelUnusableException("index " + index + " cannot be read: " + e.getMessage(), e);
    }
    if (read == null || read.shards == null || read.shards.isEmpty()) {
      throw new ModelUnusableException(
          "index " + index + " has no weight_map from tensor names to file names");
    }
    for (String shard : read.shards.values()) {
      if (shard == null
          || shard.isEmpty()
          || shard.equals("..")
          || !Path.of(shard).equals(Path.of(shard).getFileName())) {
        throw new ModelUnusableException(
            index + " names '" + shard + "' as a shard; expected a file name in the same folder");
      }
    }
    return read.shards;
  }

  private static SafetensorsReader open(Path source, Iterable<Path> paths) {
    List<SafetensorsFile> files = new ArrayList<>();
    boolean done = false;
    try {
      for (Path path : paths) {
        files.add(SafetensorsFile.open(path));
      }
      SafetensorsReader reader = new SafetensorsReader(source, files);
      done = true;
      return reader;
    } finally {
      if (!done) {
        files.forEach(SafetensorsFile::close);
      }
    }
  }

  /** The file or index that was opened. */
  public Path source() {
    return source;
  }

  /** What can be read, by name. */
  public Map<String, Description> tensors() {
    return Collections.unmodifiableMap(descriptions);
  }

  /** The texts that the first file carries beside its tensors, e.g. {@code format=pt}. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(files.get(0).header().metadata());
  }

  /**
   * Reads one tensor as it is stored.
   *
   * @throws IllegalArgumentException if there is no tensor of that name
   * @throws ModelUnusableException if its element type has no counterpart in {@link ElementType} or
   *     the file became shorter
   */
  public Tensor read(String name) {
    Location location = locate(name);
    return location.file().read(location.entry());
  }

  /**
   * Reads one tensor of any floating point type as FLOAT32; values beyond its range become
   * infinite.
   *
   * @throws IllegalArgumentException if there is no tensor of that name
   * @throws ModelUnusableException if it does not hold floating point numbers
   */
  public Tensor readFloats(String name) {
    Tensor stored = read(name);
    if (stored.type() == ElementType.FLOAT32) {
      return stored;
    }
    try (stored) {
      if (!stored.type().isFloatingPoint()) {
        throw new ModelUnusableException(
            "tensor '%s' in %s has type %s, expected floating point numbers"
                .formatted(name, source, stored.type()));
      }
      return Tensor.of(stored.toFloatArray(), stored.shape());
    }
  }

  /**
   * Reads one tensor into memory that is there, without a copy in between.
   *
   * @throws IllegalArgumentException if there is no tensor of that name
   * @throws ModelUnusableException if its type or shape is not that of {@code target}
   */
  public void readInto(String name, Tensor target) {
    Location location = locate(name);
    SafetensorsHeader.Entry entry = location.entry();
    if (entry.type().elementType() != target.type()
        || !Arrays.equals(entry.shape(), target.shape())) {
      throw new ModelUnusableException(
          "tensor '%s' in %s is %s%s, expected %s"
              .formatted(name, source, entry.type(), Arrays.toString(entry.shape()), target));
    }
    location.file().readInto(entry, target);
  }

  private Location locate(String name) {
    Location location = locations.get(name);
    if (location == null) {
      throw new IllegalArgumentException("there is no tensor '" + name + "' in " + source);
    }
    return location;
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}

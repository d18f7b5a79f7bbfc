package io.parlance.models.training;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.NlpException;
import io.parlance.models.files.AtomicFile;
import io.parlance.models.weights.SafetensorsReader;
import io.parlance.models.weights.SafetensorsWriter;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one run: folders {@code checkpoint-STEP} with {@code model.safetensors},
 * {@code optimizer.safetensors} and {@code trainer_state.json}.
 *
 * <p>A checkpoint is written beside its place, forced to the disk and then renamed, and it is
 * renamed before it is deleted: whenever the process dies, every {@code checkpoint-STEP} is whole.
 * What a dead process left over is removed by {@link #open}.
 */
final class CheckpointFolder {

  static final String OPTIMIZER_FILE = "optimizer.safetensors";
  static final String STATE_FILE = "trainer_state.json";

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointFolder.class);
  private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,18})");
  private static final Pattern LEFTOVER = Pattern.compile("\\.checkpoint-\\d+\\.(new|old)");
  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .setPrettyPrinting()
          .create();

  /**
   * A complete checkpoint.
   *
   * @param folder where it is
   * @param state where the run stood
   */
  record Checkpoint(Path folder, TrainingState state) {

    /**
     * Reads the parameters into {@code parameters} and the optimizer's state into {@code
     * optimizer}.
     */
    void restore(Map<String, Tensor> parameters, Map<String, Tensor> optimizer) {
      readInto(folder.resolve(SafetensorsReader.FILE_NAME), parameters);
      readInto(folder.resolve(OPTIMIZER_FILE), optimizer);
    }

    private static void readInto(Path file, Map<String, Tensor> tensors) {
      try (SafetensorsReader reader = SafetensorsReader.open(file)) {
        if (!reader.tensors().keySet().equals(tensors.keySet())) {
          throw new ModelUnusableException(
              "checkpoint file %s has the tensors %s, expected %s"
                  .formatted(file, reader.tensors().keySet(), tensors.keySet()));
        }
        tensors.forEach(reader::readInto);
      }
    }
  }

  private final Path folder;
  private final int kept;

  private CheckpointFolder(Path folder, int kept) {
    this.folder = folder;
    this.kept = kept;
  }

  /**
   * Opens or makes the folder and removes what a dead process left half-written.
   *
   * @param kept how many of the last checkpoints stay, at least 1; the best one stays besides
   * @throws NlpException if the folder cannot be written
   */
  static CheckpointFolder open(Path folder, int kept) {
    try {
      Files.createDirectories(folder);
      for (Path leftover : list(folder, LEFTOVER)) {
        delete(leftover);
      }
    } catch (IOException e) {
      throw new NlpException("checkpoint folder " + folder + " cannot be written: " + e, e);
    }
    return new CheckpointFolder(folder, kept);
  }

  /** The complete checkpoint with the most steps, or null if there is none. */
  @Nullable Checkpoint latest() {
    List<Path> newestFirst = checkpoints();
    for (int i = newestFirst.size() - 1; i >= 0; i--) {
      Checkpoint checkpoint = complete(newestFirst.get(i));
      if (checkpoint != null) {
        return checkpoint;
      }
    }
    return null;
  }

  /** The checkpoint after {@code step} updates, or null if it is not there or not complete. */
  @Nullable Checkpoint at(long step) {
    Path place = place(step);
    return Files.isDirectory(place) ? complete(place) : null;
  }

  private static @Nullable Checkpoint complete(Path checkpoint) {
    try {
      TrainingState state =
          GSON.fromJson(Files.readString(checkpoint.resolve(STATE_FILE)), TrainingState.class);
      if (state == null || state.runDigest() == null) {
        throw new JsonParseException("an empty state");
      }
      // opening checks that no file was cut
      SafetensorsReader.open(checkpoint.resolve(SafetensorsReader.FILE_NAME)).close();
      SafetensorsReader.open(checkpoint.resolve(OPTIMIZER_FILE)).close();
      return new Checkpoint(checkpoint, state);
    } catch (IOException | JsonParseException | ModelUnusableException | ModelNotFoundException e) {
      LOG.warn("checkpoint {} is not complete and is passed over: {}", checkpoint, e.getMessage());
      return null;
    }
  }

  /**
   * Writes a checkpoint and then removes those that are neither the best nor among the last.
   *
   * @return the folder of the checkpoint
   * @throws NlpException if it cannot be written; the earlier ones are still there then
   */
  Path save(TrainingState state, Map<String, Tensor> parameters, Map<String, Tensor> optimizer) {
    Path unfinished = folder.resolve("." + name(state.step()) + ".new");
    try {
      delete(unfinished);
      Files.createDirectory(unfinished);
      SafetensorsWriter.write(unfinished.resolve(SafetensorsReader.FILE_NAME), parameters);
      SafetensorsWriter.write(unfinished.resolve(OPTIMIZER_FILE), optimizer);
      AtomicFile.writeString(unfinished.resolve(STATE_FILE), GSON.toJson(state));
      Path place = place(state.step());
      if (Files.exists(place)) {
        retire(place);
      }
      Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
      AtomicFile.forceFolder(folder);
      prune(state);
      return place;
    } catch (IOException e) {
      throw new NlpException("checkpoint " + place(state.step()) + " cannot be written: " + e, e);
    }
  }

  private void prune(TrainingState state) throws IOException {
    List<Path> all = checkpoints();
    TrainingState.Best best = state.best();
    for (Path old : all.subList(0, Math.max(0, all.size() - kept))) {
      if (best == null || !old.equals(place(best.step()))) {
        retire(old);
      }
    }
  }

  /** Renames, so that it is never seen half-deleted, and deletes. */
  private void retire(Path checkpoint) throws IOException {
    Path old = folder.resolve("." + checkpoint.getFileName() + ".old");
    delete(old);
    Files.move(checkpoint, old, StandardCopyOption.ATOMIC_MOVE);
    delete(old);
  }

  private Path place(long step) {
    return folder.resolve(name(step));
  }

  private static String name(long step) {
    return "checkpoint-" + step;
  }

  /** All checkpoint folders, fewest steps first. */
  private List<Path> checkpoints() {
    try {
      List<Path> found = list(folder, NAME);
      found.sort(Comparator.comparingLong(CheckpointFolder::step));
      return found;
    } catch (IOException e) {
      throw new NlpException("checkpoint folder " + folder + " cannot be read: " + e, e);
    }
  }

  private static long step(Path checkpoint) {
    Matcher name = NAME.matcher(checkpoint.getFileName().toString());
    if (!name.matches()) {
      throw new IllegalStateException(checkpoint + " is no checkpoint");
    }
    return Long.parseLong(name.group(1));
  }

  private static List<Path> list(Path folder, Pattern name) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return new ArrayList<>(
          entries
              .filter(
                  path ->
                      name.matcher(path.getFileName().toString()).matches()
                          && Files.isDirectory(path))
              .toList());
    }
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}

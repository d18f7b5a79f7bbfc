package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.ModelUnusableException;
import io.parlance.NlpException;
import io.parlance.models.training.CheckpointFolder.Checkpoint;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {

  @TempDir Path temporary;

  private final Tensor parameter = Tensor.of(new float[] {1, 2, 3}, 3);
  private final Tensor moment = Tensor.of(new float[] {4, 5, 6}, 3);
  private final Map<String, Tensor> parameters = Map.of("p", parameter);
  private final Map<String, Tensor> optimizer = Map.of("m.p", moment);

  @AfterEach
  void close() {
    parameter.close();
    moment.close();
  }

  @Test
  void whatWasSavedIsRestored() {
    CheckpointFolder folder = CheckpointFolder.open(temporary.resolve("run"), 2);
    assertThat(folder.latest()).isNull();
    TrainingState state =
        new TrainingState(
            7,
            1,
            3,
            Long.MIN_VALUE + 1,
            "digest",
            new TrainingState.Best(4, 0.1 + 0.2),
            2,
            List.of(new Evaluation(4, Map.of(Metric.LOSS, 1e-300, Metric.ACCURACY, 0.1 + 0.2))));
    folder.save(state, parameters, optimizer);
    Checkpoint latest = folder.latest();
    assertThat(latest).isNotNull();
    assertThat(latest.state()).isEqualTo(state);
    try (Tensor p = Tensor.of(new float[3], 3);
        Tensor m = Tensor.of(new float[3], 3)) {
      latest.restore(Map.of("p", p), Map.of("m.p", m));
      assertThat(p.toFloatArray()).containsExactly(1, 2, 3);
      assertThat(m.toFloatArray()).containsExactly(4, 5, 6);
      assertThatThrownBy(() -> latest.restore(Map.of("q", p), Map.of("m.p", m)))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContaining("has the tensors [p], expected [q]");
    }
  }

  @Test
  void theLastAndTheBestAreKept() {
    CheckpointFolder folder = CheckpointFolder.open(temporary, 2);
    for (long step : new long[] {5, 10, 15, 100, 20}) {
      folder.save(state(step, 10), parameters, optimizer);
    }
    // 20 is saved last but has fewer steps than 100
    assertThat(names())
        .containsExactlyInAnyOrder("checkpoint-10", "checkpoint-20", "checkpoint-100");
    assertThat(folder.at(10)).isNotNull();
    assertThat(folder.at(15)).isNull();
  }

  @Test
  void everyStateThatADyingProcessCanLeaveIsResumable() throws IOException {
    Path source = temporary.resolve("whole");
    CheckpointFolder.open(source, 9).save(state(1, 1), parameters, optimizer);
    CheckpointFolder.open(source, 9).save(state(2, 1), parameters, optimizer);
    List<Path> files;
    try (Stream<Path> all = Files.list(source.resolve("checkpoint-2"))) {
      files = all.toList();
    }
    assertThat(files).hasSize(3);
    // dies while writing: the new folder has its temporary name and any prefix of its files
    Path run = temporary.resolve("run");
    copy(source, run);
    Files.move(run.resolve("checkpoint-2"), run.resolve(".checkpoint-2.new"));
    Files.write(run.resolve(".checkpoint-2.new/model.safetensors"), new byte[9]);
    assertResumesAt(run, 1);
    // dies while deleting an old one
    copy(source, run);
    Files.move(run.resolve("checkpoint-1"), run.resolve(".checkpoint-1.old"));
    Files.delete(run.resolve(".checkpoint-1.old/model.safetensors"));
    assertResumesAt(run, 2);
    // a disk that lost or cut a file of a finished one
    for (Path file : files) {
      copy(source, run);
      Path lost = run.resolve("checkpoint-2").resolve(file.getFileName());
      byte[] bytes = Files.readAllBytes(lost);
      Files.write(lost, Arrays.copyOf(bytes, bytes.length / 2));
      assertResumesAt(run, 1);
      copy(source, run);
      Files.delete(lost);
      assertResumesAt(run, 1);
    }
  }

  private static void assertResumesAt(Path run, long step) throws IOException {
    Checkpoint latest = CheckpointFolder.open(run, 9).latest();
    assertThat(latest).isNotNull();
    assertThat(latest.state().step()).isEqualTo(step);
    try (Stream<Path> left = Files.list(run)) {
      assertThat(left).noneMatch(path -> path.getFileName().toString().startsWith("."));
    }
  }

  @Test
  void aCheckpointThatIsThereIsReplaced() {
    CheckpointFolder folder = CheckpointFolder.open(temporary, 2);
    folder.save(state(5, 5), parameters, optimizer);
    folder.save(state(5, 3), parameters, optimizer);
    assertThat(folder.latest().state()).isEqualTo(state(5, 3));
    assertThat(names()).containsExactly("checkpoint-5");
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));
    assertThatThrownBy(() -> CheckpointFolder.open(file, 2))
        .isInstanceOf(NlpException.class)
        .hasMessageContaining("checkpoint folder " + file + " cannot be written");
  }

  private List<String> names() {
    try (Stream<Path> all = Files.list(temporary)) {
      return all.map(path -> path.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static TrainingState state(long step, long best) {
    return new TrainingState(
        step, 0, (int) step, 1, "digest", new TrainingState.Best(best, 0.5), 0, List.of());
  }

  private static void copy(Path from, Path to) throws IOException {
    if (Files.exists(to)) {
      try (Stream<Path> old = Files.walk(to)) {
        for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }
}

package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.models.TrainableModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills training processes without warning and resumes them. */
class KilledProcessTest {

  private static final int STEPS = 40;

  // a checkpoint after each update, so that most moments are in the middle of writing one
  private static final TrainingOptions OPTIONS =
      TrainingOptions.builder()
          .maximumSteps(STEPS)
          .batchSize(8)
          .learningRate(3e-3)
          .evaluationInterval(7)
          .checkpointInterval(1)
          .build();

  @TempDir Path folder;

  @Test
  void aKilledProcessIsResumedToTheSameParameters() throws Exception {
    Path killed = folder.resolve("killed");
    for (int updates : new int[] {3, 9, 12}) {
      killAfter(updates, killed);
    }
    try (TrainableModel resumed = TinyTask.classifier(1);
        TrainableModel straight = TinyTask.classifier(1)) {
      TrainingResult once = train(straight, folder.resolve("straight"), TrainingListener.NONE);
      TrainingResult again = train(resumed, killed, TrainingListener.NONE);
      assertThat(again.evaluations()).isEqualTo(once.evaluations());
      Map<String, float[]> expected = TinyTask.parametersOf(straight);
      TinyTask.parametersOf(resumed)
          .forEach((name, values) -> assertThat(values).as(name).isEqualTo(expected.get(name)));
    }
  }

  private static void killAfter(int updates, Path run) throws IOException, InterruptedException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                KilledProcessTest.class.getName(),
                run.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      int seen = 0;
      while (seen < updates) {
        String line = output.readLine();
        assertThat(line).as("the process ended by itself").isNotNull();
        seen += line.startsWith("update ") ? 1 : 0;
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static TrainingResult train(TrainableModel model, Path run, TrainingListener listener) {
    return Trainer.builder(model, TinyTask.data(100, 1), run)
        .evaluationData(TinyTask.data(60, 2))
        .options(OPTIONS)
        .listener(listener)
        .resume(true)
        .build()
        .train();
  }

  /** The process that is killed. */
  public static void main(String[] arguments) {
    try (TrainableModel model = TinyTask.classifier(1)) {
      train(
          model,
          Path.of(arguments[0]),
          new TrainingListener() {
            @Override
            public void onStep(TrainingProgress progress) {
              System.out.println("update " + progress.step());
            }
          });
    }
  }
}

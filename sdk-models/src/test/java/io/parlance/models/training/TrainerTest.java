package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.Labels;
import io.parlance.models.architecture.Labels.ProblemType;
import io.parlance.models.objective.TokenSequence;
import io.parlance.models.training.TrainingResult.Ending;
import io.parlance.models.weights.SafetensorsReader;
import io.parlance.runtime.NativeHandles;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {

  private static final TrainingOptions SHORT =
      TrainingOptions.builder()
          .maximumSteps(24)
          .batchSize(8)
          .accumulation(2)
          .learningRate(3e-3)
          .averageDecay(0.9)
          .evaluationInterval(5)
          .checkpointInterval(4)
          .build();

  @TempDir Path folder;

  private final ClassificationData train = TinyTask.data(100, 1);
  private final ClassificationData dev = TinyTask.data(60, 2);

  @Test
  void aClassifierLearns() {
    TrainingOptions options =
        TrainingOptions.builder().epochs(12).batchSize(16).learningRate(1e-2).build();
    try (TrainableModel model = TinyTask.classifier(1)) {
      TrainingResult result =
          Trainer.builder(model, TinyTask.data(600, 1), folder)
              .evaluationData(dev)
              .options(options)
              .build()
              .train();
      assertThat(result.ending()).isEqualTo(Ending.FINISHED);
      assertThat(result.evaluations()).hasSize(12);
      assertThat(result.step()).isEqualTo(12 * 38);
      assertThat(result.best()).isNotNull();
      assertThat(result.best().get(Metric.ACCURACY)).isGreaterThan(0.95);
      // the model has the parameters of the best evaluation
      try (Evaluator evaluator =
          new Evaluator(model, dev, LengthBucketing.ofSize(7), GradientStep.options())) {
        Evaluation again = evaluator.evaluate(result.bestStep());
        assertThat(again.get(Metric.ACCURACY)).isEqualTo(result.best().get(Metric.ACCURACY));
        assertThat(again.get(Metric.LOSS)).isCloseTo(result.best().get(Metric.LOSS), within(1e-6));
      }
    }
  }

  @Test
  void aRunThatIsStoppedOrKilledAndResumedGivesTheSameParameters() {
    List<Evaluation> evaluations;
    Map<String, float[]> straight;
    try (TrainableModel model = TinyTask.classifier(1)) {
      TrainingResult result = run(model, "straight", SHORT, TrainingListener.NONE);
      evaluations = result.evaluations();
      straight = TinyTask.parametersOf(model);
      assertThat(evaluations).hasSize(5);
    }
    Path disturbed = folder.resolve("disturbed");
    for (int step : new int[] {3, 7, 14}) {
      try (TrainableModel model = TinyTask.classifier(1)) {
        // dies in the middle of what comes after an update
        Trainer dying = trainer(model, disturbed, SHORT, dieAfter(step)).build();
        assertThatThrownBy(dying::train).isInstanceOf(Killed.class);
      }
    }
    try (TrainableModel model = TinyTask.classifier(1)) {
      Trainer[] stopped = new Trainer[1];
      TrainingListener stopping =
          new TrainingListener() {
            @Override
            public void onStep(TrainingProgress progress) {
              if (progress.step() == 18) {
                stopped[0].stop();
              }
            }
          };
      stopped[0] = trainer(model, disturbed, SHORT, stopping).build();
      TrainingResult result = stopped[0].train();
      assertThat(result.ending()).isEqualTo(Ending.INTERRUPTED);
      assertThat(result.step()).isEqualTo(18);
      assertThat(disturbed.resolve("checkpoint-18")).isDirectory();
    }
    try (TrainableModel model = TinyTask.classifier(99)) {
      List<Long> steps = new ArrayList<>();
      TrainingListener counting =
          new TrainingListener() {
            @Override
            public void onStep(TrainingProgress progress) {
              steps.add(progress.step());
            }
          };
      TrainingResult result = trainer(model, disturbed, SHORT, counting).build().train();
      assertThat(steps).containsExactly(19L, 20L, 21L, 22L, 23L, 24L);
      assertThat(result.evaluations()).isEqualTo(evaluations);
      assertSame(TinyTask.parametersOf(model), straight);
    }
    // a finished run has nothing left to do and gives its model again
    try (TrainableModel model = TinyTask.classifier(99)) {
      TrainingResult again = trainer(model, disturbed, SHORT, dieAfter(1)).build().train();
      assertThat(again.ending()).isEqualTo(Ending.FINISHED);
      assertSame(TinyTask.parametersOf(model), straight);
    }
  }

  @Test
  void accumulatedBatchesCountByTheirTargets() {
    ClassificationData eight = TinyTask.data(8, 5);
    Map<String, float[]> whole =
        afterOneUpdate(eight, new LengthBucketing(8, LengthBucketing.UNLIMITED, 1), 1);
    Map<String, float[]> parts =
        afterOneUpdate(eight, new LengthBucketing(5, LengthBucketing.UNLIMITED, 1), 2);
    whole.forEach(
        (name, values) -> {
          // a key's bias has no gradient but noise, which Adam makes large
          if (!name.endsWith("key.bias")) {
            assertThat(parts.get(name)).as(name).containsExactly(values, within(2e-5f));
          }
        });
  }

  private Map<String, float[]> afterOneUpdate(
      ClassificationData data, LengthBucketing batching, int accumulation) {
    TrainingOptions options =
        TrainingOptions.builder()
            .maximumSteps(1)
            .batching(batching)
            .accumulation(accumulation)
            .warmupShare(0)
            .learningRate(1e-2)
            .optimizer(new AdamW(0.9, 0.999, 1e-3, 1))
            .build();
    try (TrainableModel model =
        TrainableModel.initialize(
            TinyTask.config(0, TinyTask.LABELS).model(Head.SEQUENCE_CLASSIFICATION), 3)) {
      Map<String, float[]> before = TinyTask.parametersOf(model);
      Trainer.builder(model, data, folder.resolve("accumulation" + accumulation))
          .options(options)
          .build()
          .train();
      Map<String, float[]> after = TinyTask.parametersOf(model);
      assertThat(after.get("classifier.weight")).isNotEqualTo(before.get("classifier.weight"));
      return after;
    }
  }

  @Test
  void trainingStopsWhenTheMetricDoesNotGetBetter() throws IOException {
    TrainingOptions options =
        TrainingOptions.builder()
            .epochs(50)
            .batchSize(50)
            .learningRate(0)
            .evaluationInterval(1)
            .patience(3)
            .keptCheckpoints(1)
            .build();
    try (TrainableModel model = TinyTask.classifier(1)) {
      TrainingResult result = run(model, "early", options, TrainingListener.NONE);
      assertThat(result.ending()).isEqualTo(Ending.EARLY_STOPPED);
      assertThat(result.step()).isEqualTo(4);
      assertThat(result.bestStep()).isEqualTo(1);
    }
    try (Stream<Path> left = Files.list(folder.resolve("early"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("checkpoint-1", "checkpoint-4");
    }
  }

  @Test
  void theBestParametersComeBackAtTheEnd() {
    // a rate that ruins the model after a good start
    TrainingOptions options =
        TrainingOptions.builder()
            .maximumSteps(6)
            .batchSize(8)
            .learningRate(30)
            .evaluationInterval(1)
            .warmupShare(0.5)
            .build();
    try (TrainableModel model = TinyTask.classifier(1)) {
      TrainingResult result = run(model, "best", options, TrainingListener.NONE);
      assertThat(result.bestStep()).isLessThan(6);
      Path best =
          folder
              .resolve("best/checkpoint-" + result.bestStep())
              .resolve(SafetensorsReader.FILE_NAME);
      try (SafetensorsReader reader = SafetensorsReader.open(best)) {
        TinyTask.parametersOf(model)
            .forEach(
                (name, values) -> {
                  try (Tensor stored = reader.read(name)) {
                    assertThat(stored.toFloatArray()).isEqualTo(values);
                  }
                });
      }
    }
  }

  @Test
  void aMaskedLanguageModelLearns() {
    TrainingOptions options =
        TrainingOptions.builder()
            .maximumSteps(60)
            .batchSize(16)
            .learningRate(1e-2)
            .evaluationInterval(20)
            .build();
    try (TrainableModel model =
        TrainableModel.initialize(TinyTask.config(0.1, Labels.DEFAULT).model(Head.MASKED_LM), 1)) {
      TrainingResult result =
          Trainer.builder(model, TinyTask.maskedData(200, 1), folder)
              .evaluationData(TinyTask.maskedData(50, 2))
              .options(options)
              .build()
              .train();
      // tokens are uniform over 6 kinds: ln 30 before, ln 6 at best
      assertThat(result.best().get(Metric.LOSS)).isBetween(Math.log(6) - 0.25, Math.log(6) + 0.25);
    }
  }

  @Test
  void severalLabelsAndNumbersAreLearntToo() {
    List<TokenSequence> sequences = TinyTask.sequences(200, 4);
    Labels several = new Labels(List.of("ten", "eleven"), ProblemType.MULTI_LABEL_CLASSIFICATION);
    Labels number = new Labels(List.of("LABEL_0"), ProblemType.REGRESSION);
    List<Target> sets = new ArrayList<>();
    List<Target> numbers = new ArrayList<>();
    for (TokenSequence sequence : sequences) {
      List<Integer> present = new ArrayList<>();
      for (int id : new int[] {10, 11}) {
        for (int i = 0; i < sequence.length() && !present.contains(id - 10); i++) {
          if (sequence.id(i) == id) {
            present.add(id - 10);
          }
        }
      }
      sets.add(new Target.SomeClasses(present));
      numbers.add(new Target.Value(TinyTask.excess(sequence) / 3.0));
    }
    Evaluation multi = trained(new ClassificationData(several, sequences, sets, 0, 30));
    assertThat(multi.get(Metric.MICRO_F1)).isGreaterThan(0.9);
    Evaluation regression = trained(new ClassificationData(number, sequences, numbers, 0, 30));
    assertThat(regression.get(Metric.PEARSON)).isGreaterThan(0.9);
  }

  private Evaluation trained(ClassificationData data) {
    TrainingOptions options =
        TrainingOptions.builder()
            .epochs(15)
            .batchSize(16)
            .learningRate(1e-2)
            .evaluationInterval(1000)
            .build();
    try (TrainableModel model =
        TrainableModel.initialize(
            TinyTask.config(0, data.labels()).model(Head.SEQUENCE_CLASSIFICATION), 1)) {
      Path run = folder.resolve(data.labels().names().get(0));
      return Trainer.builder(model, data, run)
          .evaluationData(data)
          .options(options)
          .build()
          .train()
          .best();
    }
  }

  @Test
  void progressIsMeasured() {
    long[] now = {0};
    List<TrainingProgress> seen = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onStep(TrainingProgress progress) {
            seen.add(progress);
          }
        };
    TrainingOptions options =
        TrainingOptions.builder()
            .maximumSteps(10)
            .batchSize(10)
            .learningRate(1e-3)
            .warmupShare(0.2)
            .build();
    try (TrainableModel model = TinyTask.classifier(1)) {
      trainer(model, folder, options, listener)
          .clock(() -> now[0] += Duration.ofSeconds(2).toNanos())
          .build()
          .train();
    }
    assertThat(seen).hasSize(10);
    TrainingProgress fourth = seen.get(3);
    assertThat(fourth.step()).isEqualTo(4);
    assertThat(fourth.totalSteps()).isEqualTo(10);
    assertThat(fourth.examplesPerSecond()).isCloseTo(5, within(1e-9));
    assertThat(fourth.timeLeft()).isEqualTo(Duration.ofSeconds(12));
    assertThat(fourth.learningRate()).isCloseTo(1e-3 * 7 / 8, within(1e-12));
    assertThat(fourth.loss()).isBetween(0.3, 1.2);
    assertThat(fourth.gradientNorm()).isPositive();
    assertThat(seen.get(0).learningRate()).isZero();
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (TrainableModel model = TinyTask.classifier(1)) {
      run(model, "taken", SHORT, TrainingListener.NONE);
      Path taken = folder.resolve("taken");
      assertThatThrownBy(
              () ->
                  trainer(model, taken, SHORT, TrainingListener.NONE).resume(false).build().train())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(
              "has the checkpoint of a run after 24 updates; resume that run or choose another");
      TrainingOptions other = TrainingOptions.builder().seed(7).build();
      assertThatThrownBy(() -> trainer(model, taken, other, TrainingListener.NONE).build().train())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("has the checkpoints of another run");
      Labels three = new Labels(List.of("a", "b", "c"), ProblemType.SINGLE_LABEL_CLASSIFICATION);
      List<Target> targets = List.of(new Target.OneClass(2));
      ClassificationData foreign =
          new ClassificationData(three, TinyTask.sequences(1, 1), targets, 0, 30);
      assertThatThrownBy(
              () -> Trainer.builder(model, foreign, folder.resolve("new")).build().train())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "the data has 3 classes [a, b, c], but the model has 2 classes [fewer, more]");
      ClassificationData large =
          new ClassificationData(
              TinyTask.LABELS, TinyTask.sequences(1, 1), List.of(new Target.OneClass(1)), 0, 31);
      assertThatThrownBy(() -> Trainer.builder(model, large, folder.resolve("new")).build().train())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the model's vocab_size is 30, but the tokenizer has 31 tokens");
    }
    assertThatThrownBy(() -> TrainingOptions.builder().learningRate(-1).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("learning rate -1.0 must be a number of at least 0");
  }

  @Test
  void aRunFreesEverythingNative() {
    long before = NativeHandles.live();
    for (int run = 0; run < 2; run++) {
      try (TrainableModel model = TinyTask.classifier(1)) {
        run(model, "run" + run, SHORT, TrainingListener.NONE);
      }
    }
    assertThat(NativeHandles.live()).isEqualTo(before);
  }

  @Test
  void aLossThatIsNoNumberEndsTheRun() {
    TrainingOptions options =
        TrainingOptions.builder()
            .maximumSteps(9)
            .batchSize(8)
            .learningRate(1e38)
            .warmupShare(0)
            .build();
    try (TrainableModel model = TinyTask.classifier(1)) {
      assertThatThrownBy(
              () -> Trainer.builder(model, train, folder).options(options).build().train())
          .isInstanceOf(NlpException.class)
          .hasMessageContaining("lower the learning rate");
    }
  }

  private TrainingResult run(
      TrainableModel model, String name, TrainingOptions options, TrainingListener listener) {
    return trainer(model, folder.resolve(name), options, listener).build().train();
  }

  private Trainer.Builder trainer(
      TrainableModel model, Path run, TrainingOptions options, TrainingListener listener) {
    return Trainer.builder(model, train, run)
        .evaluationData(dev)
        .options(options)
        .listener(listener)
        .resume(true);
  }

  private static TrainingListener dieAfter(long step) {
    return new TrainingListener() {
      @Override
      public void onStep(TrainingProgress progress) {
        if (progress.step() == step) {
          throw new Killed();
        }
      }
    };
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static void assertSame(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
  }
}

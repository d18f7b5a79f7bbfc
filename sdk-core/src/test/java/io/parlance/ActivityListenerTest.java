package io.parlance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.runtime.NativeHandles;
import io.parlance.task.ModelHandle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ActivityListenerTest {
  private static final String TEXT = "The product was bad.";

  private final long handlesBefore = NativeHandles.live();
  private final Recorder recorder = new Recorder();

  /** Keeps what it is told. */
  private static class Recorder implements ActivityListener {
    final List<CallStart> starts = new CopyOnWriteArrayList<>();
    final List<CallReport> calls = new CopyOnWriteArrayList<>();
    final List<RunReport> runs = new CopyOnWriteArrayList<>();
    final List<LoadReport> loads = new CopyOnWriteArrayList<>();

    @Override
    public Consumer<CallReport> callStarted(CallStart call) {
      starts.add(call);
      return calls::add;
    }

    @Override
    public void graphRan(RunReport run) {
      runs.add(run);
    }

    @Override
    public void modelLoaded(LoadReport load) {
      loads.add(load);
    }
  }

  private Nlp.Builder listening() {
    return Nlp.builder().listener(recorder);
  }

  @AfterEach
  void nothingLeaks() {
    assertThat(NativeHandles.live()).isEqualTo(handlesBefore);
  }

  @Test
  void tellsOfACallItsRunAndTheLoading() {
    try (Nlp nlp = listening().classifier(TestModels.folder("textcls-bert")).build()) {
      Classification result = nlp.classify(TEXT);
      assertThat(recorder.starts).containsExactly(new CallStart("classifier", 1, false));
      CallReport call = recorder.calls.get(0);
      assertThat(call.call()).isEqualTo(recorder.starts.get(0));
      assertThat(call.tokens()).isEqualTo(result.tokenCount());
      assertThat(call.failure()).isNull();
      assertThat(call.tokenization()).isPositive();
      assertThat(call.inference()).isPositive();
      assertThat(call.total())
          .isGreaterThan(call.queue().plus(call.tokenization()).plus(call.inference()));
      RunReport run = recorder.runs.get(0);
      assertThat(run)
          .isEqualTo(new RunReport("classifier", 1, result.tokenCount(), 0, call.inference()));
      LoadReport load = recorder.loads.get(0);
      assertThat(load.task()).isEqualTo("classifier");
      assertThat(load.failure()).isNull();
      assertThat(load.duration()).isPositive().isLessThan(call.total());
      nlp.classify(TEXT);
      assertThat(recorder.calls.get(1).inference()).isZero(); // remembered
      assertThat(recorder.runs).hasSize(1);
      assertThat(recorder.loads).hasSize(1);
    }
  }

  @Test
  void countsRowsAndPaddingOfABatch() {
    try (Nlp nlp = listening().classifier(TestModels.folder("textcls-bert")).build()) {
      List<String> texts = List.of("bad", "The hotel was bad.", "The hotel was excellent.");
      int tokens = nlp.classify(texts).stream().mapToInt(Classification::tokenCount).sum();
      assertThat(recorder.starts).containsExactly(new CallStart("classifier", 3, false));
      assertThat(recorder.runs.stream().mapToInt(RunReport::rows).sum()).isEqualTo(3);
      assertThat(recorder.runs.stream().mapToInt(RunReport::tokens).sum()).isEqualTo(tokens);
      assertThat(recorder.calls.get(0).tokens()).isEqualTo(tokens);
      for (RunReport run : recorder.runs) {
        assertThat((run.tokens() + run.paddingTokens()) % run.rows()).isZero();
      }
    }
  }

  @Test
  void tellsOfAsynchronousCalls() {
    try (Nlp nlp = listening().classifier(TestModels.folder("textcls-bert")).build()) {
      Classification result = nlp.async().classify(TEXT).join();
      assertThat(recorder.starts).containsExactly(new CallStart("classifier", 1, true));
      CallReport call = recorder.calls.get(0);
      assertThat(call.tokens()).isEqualTo(result.tokenCount());
      assertThat(call.inference()).isEqualTo(recorder.runs.get(0).duration());
    }
  }

  @Test
  void tellsOfFailures() {
    try (Nlp nlp = listening().classifier("no/such/model").embedder("neither").build()) {
      assertThatThrownBy(() -> nlp.classify(TEXT)).isInstanceOf(ModelNotFoundException.class);
      assertThatThrownBy(() -> nlp.async().embed(TEXT).join())
          .hasCauseInstanceOf(ModelNotFoundException.class);
      assertThat(recorder.calls)
          .extracting(CallReport::failure)
          .hasOnlyElementsOfType(ModelNotFoundException.class)
          .hasSize(2);
      assertThat(recorder.loads)
          .extracting(LoadReport::failure)
          .hasOnlyElementsOfType(ModelNotFoundException.class)
          .hasSize(2);
    }
  }

  @Test
  void tellsOfGenerationAndItsTokens() {
    try (Nlp nlp = listening().generator(TestModels.folder("gpt2-with-past")).build()) {
      Generation generation = nlp.generator().maxNewTokens(3).generate("The hotel");
      int tokens = generation.promptTokens() + generation.tokenIds().size();
      assertThat(recorder.calls.get(0).tokens()).isEqualTo(tokens);
      try (Stream<String> pieces = nlp.generator().maxNewTokens(3).stream("The hotel")) {
        assertThat(String.join("", pieces.toList())).isEqualTo(generation.text());
      }
      assertThat(recorder.calls).hasSize(2);
      CallReport streamed = recorder.calls.get(1);
      assertThat(streamed.tokens()).isEqualTo(tokens);
      assertThat(streamed.failure()).isNull();
      assertThat(streamed.inference()).isPositive().isLessThan(streamed.total());
      assertThat(recorder.starts).containsOnly(new CallStart("generator", 1, false));
    }
  }

  @Test
  void aListenerThatFailsDisturbsNobody() {
    ActivityListener broken =
        new ActivityListener() {
          @Override
          public Consumer<CallReport> callStarted(CallStart call) {
            throw new IllegalStateException("not today");
          }

          @Override
          public void graphRan(RunReport run) {
            throw new IllegalStateException("nor now");
          }
        };
    try (Nlp nlp =
        Nlp.builder()
            .listener(broken)
            .listener(recorder)
            .classifier(TestModels.folder("textcls-bert"))
            .build()) {
      assertThat(nlp.classify(TEXT).label()).isEqualTo("NEGATIVE");
      assertThat(recorder.calls).hasSize(1);
      assertThat(recorder.runs).hasSize(1);
    }
  }

  @Test
  void warmUpLoadsAndIsNoCall() {
    for (String folder : List.of("textcls-bert", "rerank-roberta-2")) {
      try (Nlp nlp = listening().classifier(TestModels.folder(folder)).build()) {
        ModelHandle model = nlp.models().get(0);
        assertThat(nlp.models()).hasSize(1);
        assertThat(model.task()).isEqualTo("classifier");
        assertThat(model.source()).hasToString(TestModels.folder(folder).toString());
        assertThat(model.isLoaded()).isFalse();
        model.warmUp();
        assertThat(model.isLoaded()).isTrue();
        assertThat(model.digest()).matches("[0-9a-f]{64}");
      }
    }
    for (String folder :
        List.of("gpt2-decoder-pair", "llama-gqa-merged", "t5-encoder-decoder", "lm-gpt2")) {
      try (Nlp nlp = listening().generator(TestModels.folder(folder)).build()) {
        nlp.models().get(0).warmUp();
        assertThat(nlp.models().get(0).isLoaded()).isTrue();
        assertThat(nlp.models().get(0).digest()).matches("[0-9a-f]{64}");
      }
    }
    assertThat(recorder.loads).hasSize(6);
    assertThat(recorder.starts).isEmpty();
    assertThat(recorder.runs).isEmpty();
  }

  @Test
  void aTimeoutOfTheBuilderHoldsForEveryTask() {
    Duration brief = Duration.ofNanos(1);
    try (Nlp nlp =
        Nlp.builder()
            .timeout(brief)
            .classifier(TestModels.folder("textcls-bert"))
            .generator(TestModels.folder("gpt2-with-past"))
            .build()) {
      assertThatThrownBy(() -> nlp.classify(TEXT)).isInstanceOf(DeadlineExceededException.class);
      assertThatThrownBy(() -> nlp.generate(TEXT)).isInstanceOf(DeadlineExceededException.class);
      assertThat(nlp.classifier().timeout(Duration.ofMinutes(1)).classify(TEXT).label())
          .isEqualTo("NEGATIVE");
    }
    assertThatThrownBy(() -> Nlp.builder().timeout(Duration.ZERO))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("PT0S must be positive");
  }

  @Test
  void closeNowStopsCallsInFlight() throws Exception {
    AtomicReference<Nlp> current = new AtomicReference<>();
    AtomicReference<Thread> closer = new AtomicReference<>();
    ActivityListener closing =
        new ActivityListener() {
          @Override
          public void graphRan(RunReport run) {
            Nlp nlp = current.get();
            if (closer.compareAndSet(null, new Thread(nlp::closeNow))) {
              closer.get().start();
              while (!isClosed(nlp)) {
                Thread.onSpinWait();
              }
            }
          }
        };
    Nlp nlp = Nlp.builder().listener(closing).classifier(TestModels.folder("textcls-bert")).build();
    current.set(nlp);
    List<String> texts =
        Stream.iterate(0, i -> i + 1).limit(500).map(i -> TEXT.repeat(8) + i).toList();
    assertThatThrownBy(() -> nlp.classify(texts)).isInstanceOf(CancelledException.class);
    closer.get().join();
    assertThatThrownBy(() -> nlp.classify(TEXT)).isInstanceOf(IllegalStateException.class);
  }

  private static boolean isClosed(Nlp nlp) {
    try {
      return nlp.models().isEmpty() || nlp.classifier().labels().isEmpty();
    } catch (IllegalStateException closed) {
      return true;
    }
  }
}

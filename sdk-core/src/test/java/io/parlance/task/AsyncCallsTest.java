package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parlance.CancelledException;
import io.parlance.Classification;
import io.parlance.DeadlineExceededException;
import io.parlance.Execution;
import io.parlance.InvalidInputException;
import io.parlance.LabelScore;
import io.parlance.QueueFullException;
import io.parlance.QueuePolicy;
import io.parlance.TestModels;
import io.parlance.TextInput;
import io.parlance.cache.CachePolicy;
import io.parlance.cache.ResultCache;
import io.parlance.model.ModelSource;
import io.parlance.runtime.NativeHandles;
import io.parlance.tokenizers.Truncation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls whose callers do not wait. Two runs go on at once; long texts keep both busy. */
@Timeout(60)
class AsyncCallsTest {
  private static final int QUEUE = 300;

  private final long handlesBefore = NativeHandles.live();
  private final ResultCache cache = new ResultCache(CachePolicy.maximumBytes(1 << 20));
  private final TaskResources resources =
      TaskResources.of(
          Execution.cpu().threads(2), cache, QueuePolicy.defaults().maximumCalls(QUEUE), List.of());
  private final TaskModel<ClassificationOptions, Classification> model =
      new TaskModel<>(
          "classifier",
          () -> ModelSource.of(TestModels.folder("textcls-bert")),
          source -> LoadedClassifier.open(source, resources.options()),
          resources);
  private final TextClassifier classifier =
      new TextClassifier(new BoundTask<>(model, ClassificationOptions.DEFAULT, null));
  private final CountDownLatch free = new CountDownLatch(1);

  @AfterEach
  void nothingLeaks() {
    free.countDown();
    model.close(false);
    resources.pool().close();
    assertThat(NativeHandles.live()).isEqualTo(handlesBefore);
  }

  /** Keeps both threads busy until {@link #free}, so that calls wait. */
  private void occupy() {
    classifier.labels(); // loads
    for (int i = 0; i < 2; i++) {
      resources
          .pool()
          .execute(
              () -> {
                try {
                  free.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
    }
  }

  private List<CompletableFuture<Classification>> submit(int calls) {
    return IntStream.range(0, calls)
        .mapToObj(i -> classifier.submit(TextInput.of(text(i))))
        .toList();
  }

  private static String text(int i) {
    return "The product was lovely. ".repeat(i % 7) + i;
  }

  private static void assertSame(Classification result, Classification expected) {
    assertThat(sorted(result)).hasSameSizeAs(sorted(expected));
    for (int i = 0; i < expected.labels().size(); i++) {
      assertThat(sorted(result).get(i).score())
          .isCloseTo(sorted(expected).get(i).score(), within(1e-5));
    }
  }

  private static List<LabelScore> sorted(Classification result) {
    return result.labels().stream().sorted(Comparator.comparing(LabelScore::label)).toList();
  }

  @Test
  void manyCallersGetWhatEachWouldGetAlone() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(16);
    List<CompletableFuture<CompletableFuture<Classification>>> calls = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String text = text(i);
      calls.add(
          CompletableFuture.supplyAsync(() -> classifier.submit(TextInput.of(text)), callers));
    }
    for (int i = 0; i < calls.size(); i++) {
      assertSame(calls.get(i).get().get(), classifier.classify(text(i)));
    }
    callers.shutdown();
  }

  @Test
  void failsWithTheReasonItself() {
    TextClassifier strict = classifier.truncation(Truncation.DO_NOT_TRUNCATE);
    CompletableFuture<Classification> call =
        strict.submit(TextInput.of("The hotel was excellent. ".repeat(200)));
    assertThatThrownBy(call::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("takes at most 160");
  }

  @Test
  void keepsADeadlineWhileItWaits() {
    occupy();
    CompletableFuture<Classification> hurried =
        classifier.timeout(Duration.ofMillis(1)).submit(TextInput.of("a"));
    assertThatThrownBy(hurried::join).cause().isInstanceOf(DeadlineExceededException.class);
    free.countDown();
    assertThat(classifier.submit(TextInput.of("a")).join().labels()).hasSize(3);
  }

  @Test
  void aCallMayBeTakenBack() {
    occupy();
    List<CompletableFuture<Classification>> calls = submit(QUEUE);
    assertThat(model.waitingCalls()).isEqualTo(QUEUE);
    calls.forEach(call -> call.cancel(true));
    assertThat(model.waitingCalls()).isZero();
    assertThat(calls).allMatch(CompletableFuture::isCancelled);
    CompletableFuture<Classification> next = classifier.submit(TextInput.of("good")); // has room
    free.countDown();
    assertThat(next.join().labels()).hasSize(3);
    assertThat(cache.statistics().entries()).isOne();
  }

  @Test
  void refusesMoreThanTheQueueHolds() {
    occupy();
    List<CompletableFuture<Classification>> calls = submit(QUEUE);
    assertThatThrownBy(classifier.submit(TextInput.of("one too many"))::join)
        .cause()
        .isInstanceOf(QueueFullException.class)
        .hasMessageContaining(QUEUE + " asynchronous calls wait");
    free.countDown();
    calls.forEach(call -> assertThat(call.join().labels()).hasSize(3));
    assertThat(classifier.submit(TextInput.of("good")).join().labels()).hasSize(3);
  }

  @Test
  void closingWaitsForCallsThatWait() throws Exception {
    occupy();
    List<CompletableFuture<Classification>> calls = submit(50);
    Thread closing = new Thread(() -> model.close(false));
    closing.start();
    while (closing.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThatThrownBy(classifier.submit(TextInput.of("late"))::join)
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the classifier is closed");
    free.countDown();
    closing.join();
    calls.forEach(call -> assertThat(call.join().labels()).hasSize(3));
  }

  @Test
  void anInterruptedCallerIsCancelled() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    List<Throwable> thrown = new ArrayList<>();
    occupy(); // else it might be answered before it is noticed
    Thread caller =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              try {
                classifier.classify("a");
              } catch (CancelledException e) {
                thrown.add(e);
              } finally {
                over.countDown();
              }
            });
    caller.start();
    over.await();
    assertThat(thrown).hasSize(1);
  }

  @Test
  void equalCallsAtTheSameTimeAreComputedOnce() {
    occupy();
    List<CompletableFuture<Classification>> calls =
        IntStream.range(0, 20).mapToObj(i -> classifier.submit(TextInput.of("again"))).toList();
    free.countDown();
    Classification first = calls.get(0).join();
    calls.forEach(call -> assertThat(call.join()).isSameAs(first));
    assertThat(classifier.classify("again")).isSameAs(first);
    assertThat(cache.statistics().misses()).isOne();
    assertThat(cache.statistics().hits()).isEqualTo(20);
  }

  @Test
  void whoWaitsForACallThatIsTakenBackIsStillAnswered() {
    occupy();
    CompletableFuture<Classification> first = classifier.submit(TextInput.of("again"));
    CompletableFuture<Classification> second = classifier.submit(TextInput.of("again"));
    first.cancel(true);
    free.countDown();
    assertThat(second.join().labels()).hasSize(3);
  }
}

package io.parlance.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.DeadlineExceededException;
import io.parlance.InvalidInputException;
import io.parlance.TextInput;
import io.parlance.runtime.RunControl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ResultCacheTest {
  private final AtomicInteger computed = new AtomicInteger();

  private static List<TextInput> inputs(String... texts) {
    return java.util.Arrays.stream(texts).map(TextInput::of).toList();
  }

  /** Answers with the text in upper case. */
  private List<String> ask(ResultCache cache, Object scope, List<TextInput> questions) {
    return cache.getAll(scope, questions, upperCase(questions), result -> 100, null);
  }

  private Function<List<Integer>, List<String>> upperCase(List<TextInput> questions) {
    return indexes -> {
      computed.addAndGet(indexes.size());
      return indexes.stream()
          .map(index -> questions.get(index).toString().toUpperCase(java.util.Locale.ROOT))
          .toList();
    };
  }

  @Test
  void computesEqualQuestionsOnceInsideAList() {
    ResultCache cache = new ResultCache(CachePolicy.defaults());
    List<String> results = ask(cache, "m", inputs("a", "b", "a", "c", "b"));
    assertThat(results).hasSize(5);
    assertThat(results.get(0)).isSameAs(results.get(2)).contains("TEXT=A");
    assertThat(results.get(1)).isSameAs(results.get(4)).contains("TEXT=B");
    assertThat(computed).hasValue(3);
    assertThat(ask(cache, "m", inputs("c"))).containsExactly(results.get(3));
    assertThat(computed).hasValue(3);
    assertThat(cache.statistics().hits()).isEqualTo(3);
    assertThat(cache.statistics().misses()).isEqualTo(3);
    assertThat(cache.statistics().entries()).isEqualTo(3);
    assertThat(cache.statistics().hitRate()).isEqualTo(0.5);
  }

  @Test
  void keepsScopesAndPairsApart() {
    ResultCache cache = new ResultCache(CachePolicy.defaults());
    ask(cache, "one", inputs("a"));
    ask(cache, "two", inputs("a"));
    ask(cache, "one", List.of(TextInput.pair("a", "")));
    String half = "x".repeat(3_000);
    ask(cache, "one", inputs(half + half));
    ask(cache, "one", List.of(TextInput.pair(half, half)));
    ask(cache, "one", List.of(TextInput.pair(half + "x", half.substring(1))));
    ask(cache, "one", inputs(half + "\uD800"));
    ask(cache, "one", inputs(half + "?"));
    assertThat(computed).hasValue(8);
    ask(cache, "one", List.of(TextInput.pair(half, half)));
    assertThat(computed).hasValue(8);
  }

  @Test
  void weighsInBytes() {
    ResultCache cache = new ResultCache(CachePolicy.maximumBytes(10_000));
    for (int i = 0; i < 1_000; i++) {
      ask(cache, "m", inputs("text " + i));
    }
    CacheStatistics statistics = cache.statistics();
    assertThat(statistics.bytes()).isBetween(5_000L, 10_000L);
    assertThat(statistics.evictions()).isEqualTo(1_000 - statistics.entries());
    cache.clear();
    assertThat(cache.statistics().entries()).isZero();
    assertThat(cache.statistics().bytes()).isZero();
  }

  @Test
  void remembersLongTextsByTheirDigest() {
    ResultCache cache = new ResultCache(CachePolicy.maximumBytes(10_000));
    ask(cache, "m", inputs("x".repeat(1 << 20)));
    ask(cache, "m", inputs("x".repeat(1 << 20)));
    assertThat(computed).hasValue(1);
    assertThat(cache.statistics().bytes()).isLessThan(1_000);
  }

  @Test
  void remembersNothingIfToldSo() {
    ResultCache cache = new ResultCache(CachePolicy.none());
    ask(cache, "m", inputs("a", "a"));
    ask(cache, "m", inputs("a"));
    assertThat(computed).hasValue(3);
    assertThat(cache.statistics()).isEqualTo(new CacheStatistics(0, 3, 0, 0, 0));
  }

  @Test
  void computesEqualQuestionsOnceAcrossThreads() throws Exception {
    ResultCache cache = new ResultCache(CachePolicy.defaults());
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<List<String>> first =
          threads.submit(
              (Callable<List<String>>)
                  () ->
                      cache.getAll(
                          "m",
                          inputs("a"),
                          indexes -> {
                            computed.incrementAndGet();
                            asked.countDown();
                            try {
                              answer.await();
                            } catch (InterruptedException e) {
                              throw new AssertionError(e);
                            }
                            return List.of("slow");
                          },
                          result -> 1,
                          null));
      asked.await();
      // another caller with little time stops waiting; one with more gets the same answer
      assertThatThrownBy(
              () ->
                  cache.getAll(
                      "m",
                      inputs("a"),
                      upperCase(inputs("a")),
                      result -> 1,
                      RunControl.withTimeout(Duration.ofMillis(20))))
          .isInstanceOf(DeadlineExceededException.class);
      Future<List<String>> second =
          threads.submit((Callable<List<String>>) () -> ask(cache, "m", inputs("a")));
      answer.countDown();
      assertThat(second.get()).isEqualTo(first.get()).containsExactly("slow");
      assertThat(computed).hasValue(1);
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aFailureFailsOnlyItsOwnCall() throws Exception {
    ResultCache cache = new ResultCache(CachePolicy.defaults());
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch fail = new CountDownLatch(1);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<List<String>> failing =
          thread.submit(
              (Callable<List<String>>)
                  () ->
                      cache.getAll(
                          "m",
                          inputs("a", "b"),
                          indexes -> {
                            asked.countDown();
                            try {
                              fail.await();
                            } catch (InterruptedException e) {
                              throw new AssertionError(e);
                            }
                            throw new InvalidInputException("b is bad");
                          },
                          result -> 1,
                          null));
      asked.await();
      Thread releaser = new Thread(fail::countDown);
      releaser.start();
      assertThat(ask(cache, "m", inputs("a"))).hasSize(1);
      releaser.join();
      assertThatThrownBy(failing::get).hasRootCauseMessage("b is bad");
      assertThat(ask(cache, "m", inputs("b"))).hasSize(1); // nothing of the failure stays
    } finally {
      thread.shutdown();
    }
  }

  @Test
  void listsThatOverlapNeverWaitForEachOther() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 300; round++) {
        ResultCache cache = new ResultCache(CachePolicy.defaults());
        List<Future<List<String>>> answers = new ArrayList<>();
        for (List<TextInput> list :
            List.of(inputs("a", "b", "c"), inputs("c", "b", "a"), inputs("b", "a"))) {
          answers.add(threads.submit((Callable<List<String>>) () -> ask(cache, "m", list)));
        }
        assertThat(answers.get(0).get()).hasSize(3);
        assertThat(answers.get(1).get().get(0)).isEqualTo(answers.get(0).get().get(2));
        assertThat(answers.get(2).get()).hasSize(2);
        assertThat(cache.statistics().misses()).isEqualTo(3);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void checksThePolicy() {
    assertThatThrownBy(() -> CachePolicy.maximumBytes(-1))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> CachePolicy.defaults().expireAfterWrite(Duration.ZERO))
        .isInstanceOf(InvalidInputException.class);
  }
}

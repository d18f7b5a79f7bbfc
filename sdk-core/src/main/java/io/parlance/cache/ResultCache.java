package io.parlance.cache;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import io.parlance.TextInput;
import io.parlance.runtime.BackgroundLoad;
import io.parlance.runtime.RunControl;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Remembers results. Equal questions that come at the same time, from several threads or inside one
 * list, are computed once; a failure is remembered by nobody and fails only the call that computed
 * it. Thread-safe.
 */
public final class ResultCache {
  /** Made while the first model is loaded; null for a policy that remembers nothing. */
  private final @Nullable BackgroundLoad<AsyncCache<CacheKey, Weighed>> loading;

  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /** A result and its estimated heap together with its key. */
  private record Weighed(Object result, int bytes) {}

  /** An empty cache. */
  public ResultCache(CachePolicy policy) {
    loading = policy.maximumBytes() == 0 ? null : BackgroundLoad.start(() -> open(policy));
  }

  private static AsyncCache<CacheKey, Weighed> open(CachePolicy policy) {
    Caffeine<CacheKey, Weighed> builder =
        Caffeine.newBuilder()
            .executor(Runnable::run) // upkeep is short; no threads of our own
            .recordStats()
            .maximumWeight(policy.maximumBytes())
            .weigher((CacheKey key, Weighed value) -> value.bytes());
    return (policy.expiry() == null ? builder : builder.expireAfterWrite(policy.expiry()))
        .buildAsync();
  }

  private @Nullable AsyncCache<CacheKey, Weighed> cache() {
    return loading == null ? null : loading.get();
  }

  /**
   * Answers questions from memory, and computes the rest in one go on the caller's thread.
   *
   * @param scope everything besides the question that the result depends on: digest of the model,
   *     task, options. Needs {@code equals} and {@code hashCode} by value.
   * @param questions what is asked
   * @param compute answers the questions with the given indexes, in that order
   * @param weigher estimated heap of a result in bytes
   * @param control ends waiting for another thread's computation, or null
   * @return the results in the order of the questions
   */
  @SuppressWarnings("unchecked") // a scope belongs to one task, which has one type of result
  public <R> List<R> getAll(
      Object scope,
      List<TextInput> questions,
      Function<List<Integer>, List<R>> compute,
      ToIntFunction<R> weigher,
      @Nullable RunControl control) {
    AsyncCache<CacheKey, Weighed> cache = cache();
    if (cache == null) {
      misses.add(questions.size());
      return compute.apply(IntStream.range(0, questions.size()).boxed().toList());
    }
    List<CompletableFuture<Weighed>> answers = new ArrayList<>(questions.size());
    List<Claim> claims = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      CacheKey key = CacheKey.of(scope, questions.get(i));
      CompletableFuture<Weighed> answer = cache.getIfPresent(key);
      if (answer == null) {
        CompletableFuture<Weighed> created = new CompletableFuture<>();
        answer = cache.asMap().putIfAbsent(key, created);
        if (answer == null) {
          answer = created;
          claims.add(new Claim(i, key, created));
        }
      }
      answers.add(answer);
    }
    hits.add(questions.size() - claims.size());
    misses.add(claims.size());
    if (!claims.isEmpty()) {
      // before waiting for others, so that two lists never wait for each other
      settle(claims, compute, weigher);
    }
    List<R> results = new ArrayList<>(questions.size());
    for (int i = 0; i < questions.size(); i++) {
      Weighed found = await(answers.get(i), control);
      // where another thread failed, its reason (a deadline, a neighbour in its list) need not be
      // ours
      results.add(found != null ? (R) found.result() : compute.apply(List.of(i)).get(0));
    }
    return results;
  }

  /**
   * As {@link #getAll}, for one question and an answer that comes later.
   *
   * @param compute begins to answer the question
   * @return the answer; cancelling it leaves the computation to others who wait for it
   */
  @SuppressWarnings("unchecked") // as above
  public <R> CompletableFuture<R> getAsync(
      Object scope,
      TextInput question,
      Supplier<CompletableFuture<R>> compute,
      ToIntFunction<R> weigher) {
    AsyncCache<CacheKey, Weighed> cache = cache();
    if (cache == null) {
      misses.increment();
      return compute.get();
    }
    CacheKey key = CacheKey.of(scope, question);
    CompletableFuture<Weighed> created = new CompletableFuture<>();
    CompletableFuture<Weighed> present = cache.getIfPresent(key);
    if (present == null) {
      present = cache.asMap().putIfAbsent(key, created);
    }
    if (present != null) {
      hits.increment();
      return present
          .handle(
              (found, failedElsewhere) ->
                  found != null
                      ? CompletableFuture.completedFuture((R) found.result())
                      : compute.get())
          .thenCompose(Function.identity());
    }
    misses.increment();
    CompletableFuture<R> computed;
    try {
      computed = compute.get();
    } catch (RuntimeException | Error e) {
      created.cancel(false);
      throw e;
    }
    return computed.whenComplete(
        (result, failure) -> {
          if (failure == null) {
            created.complete(new Weighed(result, key.bytes() + weigher.applyAsInt(result)));
          } else {
            created.cancel(false);
          }
        });
  }

  /** A question that this thread answers and others may wait for. */
  private record Claim(int index, CacheKey key, CompletableFuture<Weighed> answer) {}

  private static <R> void settle(
      List<Claim> claims, Function<List<Integer>, List<R>> compute, ToIntFunction<R> weigher) {
    try {
      List<R> results = compute.apply(claims.stream().map(Claim::index).toList());
      for (int i = 0; i < claims.size(); i++) {
        Claim claim = claims.get(i);
        R result = results.get(i);
        claim.answer.complete(new Weighed(result, claim.key.bytes() + weigher.applyAsInt(result)));
      }
    } catch (RuntimeException | Error e) {
      // Caffeine drops cancelled entries, and would log failed ones
      claims.forEach(claim -> claim.answer.cancel(false));
      throw e;
    }
  }

  /** The answer, or null where the thread that computed it failed. */
  private static @Nullable Weighed await(
      CompletableFuture<Weighed> answer, @Nullable RunControl control) {
    if (!answer.isDone() && control != null) {
      CompletableFuture<Void> stopped = new CompletableFuture<>();
      try (RunControl.Registration ignored = control.onStop(() -> stopped.complete(null))) {
        CompletableFuture.anyOf(answer.handle((result, failure) -> true), stopped).join();
      }
      if (!answer.isDone()) {
        control.check();
      }
    }
    try {
      return answer.join();
    } catch (CancellationException failedElsewhere) {
      return null;
    }
  }

  /** Whether anything is remembered at all. */
  public boolean remembers() {
    return loading != null;
  }

  /** What happened so far. */
  public CacheStatistics statistics() {
    AsyncCache<CacheKey, Weighed> cache = cache();
    if (cache == null) {
      return new CacheStatistics(0, misses.sum(), 0, 0, 0);
    }
    var settled = cache.synchronous();
    settled.cleanUp();
    long bytes =
        settled.policy().eviction().map(Policy.Eviction::weightedSize).orElseThrow().orElse(0);
    return new CacheStatistics(
        hits.sum(), misses.sum(), settled.stats().evictionCount(), settled.estimatedSize(), bytes);
  }

  /** Forgets everything; statistics go on. */
  public void clear() {
    AsyncCache<CacheKey, Weighed> cache = cache();
    if (cache != null) {
      cache.synchronous().invalidateAll();
    }
  }
}

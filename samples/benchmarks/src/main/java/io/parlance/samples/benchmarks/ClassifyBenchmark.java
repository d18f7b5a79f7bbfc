package io.parlance.samples.benchmarks;

import io.parlance.Classification;
import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Time for one text: alone, in a batch of mixed lengths, and from the cache. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ClassifyBenchmark {

  private static final int BATCH = 64;
  private static final String TEXT = "I was charged twice for the same transfer this month";
  private static final int LONGEST = 40;

  /** A model folder; without one the starter model. */
  @Param("")
  public String model = "";

  private final List<String> batch =
      IntStream.range(0, BATCH).mapToObj(ClassifyBenchmark::text).toList();
  private @Nullable Nlp uncached;
  private @Nullable Nlp cached;

  /** Between one and {@value #LONGEST} words, no two the same. */
  private static String text(int index) {
    return index + " charged".repeat(1 + index * (LONGEST - 1) / BATCH);
  }

  @Setup
  public void open() {
    uncached = open(CachePolicy.none());
    cached = open(CachePolicy.defaults());
  }

  private Nlp open(CachePolicy cache) {
    Nlp.Builder builder = Nlp.builder().cache(cache);
    return (model.isEmpty() ? builder : builder.classifier(model)).build();
  }

  @Benchmark
  public Classification one() {
    return opened(uncached).classify(TEXT);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<Classification> oneOfABatch() {
    return opened(uncached).classify(batch);
  }

  @Benchmark
  public Classification oneFromTheCache() {
    return opened(cached).classify(TEXT);
  }

  private static Nlp opened(@Nullable Nlp nlp) {
    if (nlp == null) {
      throw new IllegalStateException("JMH opens models before it measures");
    }
    return nlp;
  }

  @TearDown
  public void close() {
    opened(uncached).close();
    opened(cached).close();
  }
}

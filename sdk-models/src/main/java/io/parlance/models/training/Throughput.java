package io.parlance.models.training;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Measures how fast a run goes. */
final class Throughput {

  /** What the past counts after each update: speeds are those of about the last ten. */
  private static final double MEMORY = 0.9;

  private static final double NANOSECONDS = 1e9;

  private final LongSupplier clock;
  private final long totalSteps;
  private long firstStep;
  private long started;
  private long before;
  private double time;
  private double examples;
  private double tokens;

  Throughput(LongSupplier clock, long totalSteps) {
    this.clock = clock;
    this.totalSteps = totalSteps;
  }

  /** Begins to measure at an update; updates before it were made by another process. */
  void start(long step) {
    firstStep = step;
    started = clock.getAsLong();
    before = started;
  }

  /** Takes the update that ends now. */
  void add(int updateExamples, long updateTokens) {
    long now = clock.getAsLong();
    time = MEMORY * time + (now - before) / NANOSECONDS;
    examples = MEMORY * examples + updateExamples;
    tokens = MEMORY * tokens + updateTokens;
    before = now;
  }

  TrainingProgress progress(
      TrainingState state, int epoch, double loss, double learningRate, double norm) {
    long done = state.step() - firstStep;
    double left = (double) (before - started) / done * (totalSteps - state.step());
    return new TrainingProgress(
        state.step(),
        totalSteps,
        epoch,
        loss,
        learningRate,
        norm,
        perSecond(examples),
        perSecond(tokens),
        Duration.ofNanos((long) left),
        state.lastEvaluation());
  }

  private double perSecond(double count) {
    return time > 0 ? count / time : 0;
  }
}

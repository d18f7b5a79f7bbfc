package io.parlance.models.training;

import io.parlance.models.random.CounterRandom;
import java.util.List;

/** Which batches a run takes in which order. Follows from data, options and seed alone. */
final class TrainingPlan {

  private final TrainingOptions options;
  private final int[] lengths;
  private final CounterRandom order;
  private final long totalSteps;

  TrainingPlan(TrainingOptions options, int[] lengths) {
    this.options = options;
    this.lengths = lengths;
    this.order = CounterRandom.of(options.seed()).fork("order");
    this.totalSteps = options.maximumSteps() > 0 ? options.maximumSteps() : steps();
  }

  private long steps() {
    if (options.batching().maximumTokens() == LengthBucketing.UNLIMITED) {
      return options.epochs() * updates(batches(0).size());
    }
    // how many batches a limit on tokens makes differs from epoch to epoch
    long steps = 0;
    for (int epoch = 0; epoch < options.epochs(); epoch++) {
      steps += updates(batches(epoch).size());
    }
    return steps;
  }

  private long updates(int batches) {
    return (batches + options.accumulation() - 1L) / options.accumulation();
  }

  /** The number of updates of the whole run. */
  long totalSteps() {
    return totalSteps;
  }

  /** The number of updates of the warm-up. */
  long warmupSteps() {
    return (long) Math.ceil(totalSteps * options.warmupShare());
  }

  /** The learning rate of the update after {@code step} updates. */
  double learningRate(long step) {
    return options.learningRate() * options.schedule().factor(step, warmupSteps(), totalSteps);
  }

  /** The batches of an epoch. */
  List<int[]> batches(int epoch) {
    return options.batching().shuffled(lengths, order.fork(epoch));
  }
}

package io.parlance.samples.benchmarks;

/** A model in training on one side of the comparison. Owns native memory. */
interface TrainingSteps extends AutoCloseable {

  /**
   * Forward, backward, AdamW.
   *
   * @return the loss before the update
   */
  float step(Workload.Batch batch);

  @Override
  void close();
}

package io.parlance.samples.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** A model's forward pass on libtorch. */
interface LibtorchModel {

  /**
   * The mean cross entropy of a batch.
   *
   * @param manager owns what is made on the way
   */
  NDArray loss(NDManager manager, Workload.Batch batch);
}

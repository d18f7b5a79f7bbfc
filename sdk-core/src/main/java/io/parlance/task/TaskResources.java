package io.parlance.task;

import io.parlance.ActivityListener;
import io.parlance.Execution;
import io.parlance.QueuePolicy;
import io.parlance.cache.ResultCache;
import io.parlance.runtime.RunPool;
import io.parlance.runtime.SessionOptions;
import java.util.List;

/**
 * What the tasks of one {@link io.parlance.Nlp} share.
 *
 * @param options how graphs of encoders are loaded
 * @param pool the threads that run them
 * @param cache what remembers results
 * @param queue how asynchronous calls wait
 * @param listeners told what the tasks do
 */
record TaskResources(
    SessionOptions options,
    RunPool pool,
    ResultCache cache,
    QueuePolicy queue,
    List<ActivityListener> listeners) {
  static TaskResources of(
      Execution execution, ResultCache cache, QueuePolicy queue, List<ActivityListener> listeners) {
    SessionOptions all = SessionOptions.defaults().withExecution(execution);
    boolean cpu = execution.device() == Execution.Device.CPU;
    int threads = all.threads();
    int perRun = execution.threadsPerRun();
    if (perRun == Execution.DEFAULT_THREADS) {
      perRun = cpu ? 1 : threads; // a GPU is one processor; its runs follow each other
    }
    return new TaskResources(
        all.withExecution(execution.threads(perRun)),
        new RunPool(Math.max(1, threads / perRun)),
        cache,
        queue,
        listeners);
  }
}

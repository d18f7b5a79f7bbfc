package io.parlance.task;

import io.parlance.DocumentResult;
import io.parlance.TextInput;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A model in memory that was found fit for one task.
 *
 * @param <O> the options of the task; compared by value
 * @param <R> its result
 */
interface LoadedTask<O, R> extends LoadedModel {
  /**
   * Processes inputs together.
   *
   * @param isolate whether a bad input is a failure of its own rather than of the call
   * @return what came of each input, in their order
   * @throws io.parlance.InvalidInputException if the options do not fit the model
   */
  List<DocumentResult<R>> run(
      List<? extends @Nullable TextInput> inputs, O options, boolean isolate, CallContext context);

  /**
   * Processes an input later, with others that wait at the same time.
   *
   * @param batcher joins runs of encoders
   */
  CompletableFuture<R> submit(
      TextInput input, O options, MicroBatcher batcher, CallContext context);

  /** Asynchronous calls that wait elsewhere than in the batcher, or are in a run. */
  default int waitingCalls() {
    return 0;
  }

  /** Runs a short text. */
  void warmUp();

  /** SHA-256 of the files that results depend on. */
  String digest();

  /** Whether the same input gives the same result again, so that it can be remembered. */
  default boolean isRepeatable(O options) {
    return true;
  }

  /** Estimated heap of a result in bytes. */
  int weigh(R result);
}

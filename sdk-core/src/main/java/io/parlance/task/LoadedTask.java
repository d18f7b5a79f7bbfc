package io.parlance.task;

/**
 * A model in memory that was found fit for one task.
 *
 * @param <O> the options of the task; compared by value
 * @param <R> its result
 */
interface LoadedTask<O, R> extends LoadedModel {
  /** Tokenizer and graph. */
  Encoder encoder();

  /**
   * The task with these options.
   *
   * @throws io.parlance.InvalidInputException if the options do not fit the model
   */
  EncoderTask<?, R> with(O options);

  /** Estimated heap of a result in bytes. */
  int weigh(R result);

  @Override
  default void close() {
    encoder().close();
  }
}

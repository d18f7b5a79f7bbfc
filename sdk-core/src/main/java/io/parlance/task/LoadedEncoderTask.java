package io.parlance.task;

import io.parlance.DocumentResult;
import io.parlance.TextInput;
import io.parlance.tokenizers.Encoding;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A task on an encoder: each input is read from runs of its windows.
 *
 * @param <O> the options of the task; compared by value
 * @param <R> its result
 */
interface LoadedEncoderTask<O, R> extends LoadedTask<O, R> {
  /** Tokenizer and graph. */
  Encoder encoder();

  /**
   * The task with these options.
   *
   * @throws io.parlance.InvalidInputException if the options do not fit the model
   */
  EncoderTask<?, R> with(O options);

  @Override
  default List<DocumentResult<R>> run(
      List<? extends @Nullable TextInput> inputs, O options, boolean isolate, CallContext context) {
    return run(with(options), inputs, isolate, context);
  }

  private <W> List<DocumentResult<R>> run(
      EncoderTask<W, R> task,
      List<? extends @Nullable TextInput> inputs,
      boolean isolate,
      CallContext context) {
    return new EncoderCall<>(encoder(), task, inputs, isolate, context.activity(), context.meter())
        .run(context.pool(), context.control());
  }

  @Override
  default CompletableFuture<R> submit(
      TextInput input, O options, MicroBatcher batcher, CallContext context) {
    return submit(with(options), input, batcher, context);
  }

  private <W> CompletableFuture<R> submit(
      EncoderTask<W, R> task, TextInput input, MicroBatcher batcher, CallContext context) {
    long start = System.nanoTime();
    List<Encoding> windows = task.encode(input);
    context.meter().tokenized(start);
    return batcher
        .submit(encoder(), task, windows, context.control(), context.meter())
        .thenApply(values -> task.decode(input, windows, values));
  }

  @Override
  default void warmUp() {
    encoder().warmUp();
  }

  @Override
  default String digest() {
    return encoder().folder().digest();
  }

  @Override
  default void close() {
    encoder().close();
  }
}

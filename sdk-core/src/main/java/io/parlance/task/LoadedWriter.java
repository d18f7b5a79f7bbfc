package io.parlance.task;

import io.parlance.DocumentResult;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.QueuePolicy;
import io.parlance.Splitting;
import io.parlance.TextInput;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.generation.GenerativeModel;
import io.parlance.runtime.RunPool;
import io.parlance.tokenizers.Tokenizer;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A model with an encoder that writes a text from a text, in memory. The model itself may serve
 * other tasks too, and is closed by who opened it.
 */
final class LoadedWriter<R> implements LoadedTask<WritingOptions, R> {
  /** Tokens of a piece where neither positions nor tokenizer limit them: what T5 was trained on. */
  private static final int USUAL_LENGTH = 512;

  private final GenerativeModel model;
  private final @Nullable WritingTask<R> task; // null where there is no tokenizer
  private final ToIntFunction<R> weigher;
  private final WritingQueue<R> queue;

  private LoadedWriter(
      GenerativeModel model,
      @Nullable WritingTask<R> task,
      ToIntFunction<R> weigher,
      WritingQueue<R> queue) {
    this.model = model;
    this.task = task;
    this.weigher = weigher;
    this.queue = queue;
  }

  /**
   * Finds a model fit for a task.
   *
   * @param what the task in the words of a message, such as "translation"
   * @throws ModelUnusableException if it has no encoder
   */
  static <R> LoadedWriter<R> of(
      GenerativeModel model,
      String what,
      BiFunction<GenerativeModel, Tokenizer, WritingTask<R>> task,
      ToIntFunction<R> weigher,
      RunPool pool,
      QueuePolicy policy) {
    Tokenizer tokenizer = model.tokenizer();
    if (!model.decoder().hasEncoder()) {
      throw new ModelUnusableException(
          model.name()
              + " cannot be used for "
              + what
              + ": it has no encoder_model.onnx beside its decoder; use a model with an encoder,"
              + " or the generator for this one");
    }
    return new LoadedWriter<>(
        model,
        tokenizer == null ? null : task.apply(model, tokenizer),
        weigher,
        new WritingQueue<>(pool, policy));
  }

  private WritingCall<R> call(WritingOptions options) {
    if (task == null) {
      throw new InvalidInputException(
          "texts need a tokenizer, and "
              + model.name()
              + " has no tokenizer.json; give token ids to the generator");
    }
    return new WritingCall<>(model, task, options, limit(options));
  }

  /** The shorter of what positions and tokenizer allow. */
  private OptionalInt limit(WritingOptions options) {
    OptionalInt positions = model.positions();
    Tokenizer tokenizer = model.tokenizer();
    OptionalInt named = tokenizer == null ? OptionalInt.empty() : tokenizer.modelMaxLength();
    if (positions.isPresent() && named.isPresent()) {
      return OptionalInt.of(Math.min(positions.getAsInt(), named.getAsInt()));
    }
    OptionalInt limit = positions.isPresent() ? positions : named;
    return limit.isEmpty() && options.splitting() != Splitting.NONE
        ? OptionalInt.of(USUAL_LENGTH)
        : limit;
  }

  @Override
  public List<DocumentResult<R>> run(
      List<? extends @Nullable TextInput> inputs,
      WritingOptions options,
      boolean isolate,
      CallContext context) {
    return call(options).run(inputs, isolate, context.control(), context.meter());
  }

  @Override
  public CompletableFuture<R> submit(
      TextInput input, WritingOptions options, MicroBatcher batcher, CallContext context) {
    return queue.submit(this::call, input, options, context);
  }

  @Override
  public int waitingCalls() {
    return queue.waitingCalls();
  }

  @Override
  public void warmUp() {
    model.warmUp();
  }

  @Override
  public String digest() {
    return model.digest();
  }

  /** Not where tokens are drawn anew each time, or where the clock decides. */
  @Override
  public boolean isRepeatable(WritingOptions options) {
    GenerationOptions all = options.generation().over(model.options());
    boolean draws = all.get(GenerationOption.DO_SAMPLE, false);
    return all.get(GenerationOption.MAX_TIME) == null
        && (!draws || all.get(GenerationOption.SEED) != null);
  }

  @Override
  public int weigh(R result) {
    return weigher.applyAsInt(result);
  }

  @Override
  public void close() {}
}

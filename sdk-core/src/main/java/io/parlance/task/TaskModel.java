package io.parlance.task;

import io.parlance.DocumentResult;
import io.parlance.TextInput;
import io.parlance.cache.ResultCache;
import io.parlance.model.ModelSource;
import io.parlance.runtime.CallGate;
import io.parlance.runtime.RunControl;
import io.parlance.runtime.RunPool;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task on a model: what all views on it share. Texts are run on the threads of the pool, and
 * results are remembered. Thread-safe.
 *
 * @param <O> the options of the task, compared by value
 * @param <R> its result
 */
final class TaskModel<O, R> implements ModelHandle {
  private final String task;
  private final Supplier<ModelSource> source;
  private final TaskActivity activity;
  private final LazyModel<LoadedTask<O, R>> model;
  private final RunPool pool;
  private final ResultCache cache;
  private final MicroBatcher batcher;

  /**
   * Loads nothing yet.
   *
   * @param task what messages call it, such as "classifier"
   */
  TaskModel(
      String task,
      Supplier<ModelSource> source,
      Function<ModelSource, LoadedTask<O, R>> opener,
      TaskResources resources) {
    this.task = task;
    this.source = source;
    activity = new TaskActivity(task, resources.listeners());
    model = new LazyModel<>("the " + task, () -> activity.load(() -> opener.apply(source.get())));
    pool = resources.pool();
    cache = resources.cache();
    batcher = new MicroBatcher(resources.pool(), resources.queue(), activity);
  }

  LazyModel<LoadedTask<O, R>> model() {
    return model;
  }

  /**
   * What a result depends on besides the text. The model counts by identity: it is loaded once, and
   * reading all its bytes for a digest would take longer than the first result.
   */
  private record Scope(LoadedTask<?, ?> model, Object options) {}

  /** Results in the order of the inputs; the first failure ends the call. */
  List<R> runAll(List<TextInput> inputs, O options, RunControl control) {
    return activity.call(inputs.size(), meter -> runAll(inputs, options, control, meter));
  }

  private List<R> runAll(List<TextInput> inputs, O options, RunControl control, CallMeter meter) {
    try (CallGate.Entry inside = model.enter(control::cancel)) {
      LoadedTask<O, R> loaded = model.get();
      CallContext context = new CallContext(pool, activity, control, meter);
      if (!loaded.isRepeatable(options)) {
        return results(loaded, inputs, options, context);
      }
      return cache.getAll(
          new Scope(loaded, options),
          inputs,
          missing ->
              results(
                  loaded,
                  missing.size() == inputs.size()
                      ? inputs
                      : missing.stream().map(inputs::get).toList(),
                  options,
                  context),
          loaded::weigh,
          control);
    }
  }

  private List<R> results(
      LoadedTask<O, R> loaded, List<TextInput> inputs, O options, CallContext context) {
    return loaded.run(inputs, options, false, context).stream().map(DocumentResult::get).toList();
  }

  /** Results in the order of the inputs, or what was wrong with each; nothing is remembered. */
  List<DocumentResult<R>> attemptAll(
      List<@Nullable TextInput> inputs, O options, RunControl control) {
    return activity.call(
        inputs.size(),
        meter -> {
          try (CallGate.Entry inside = model.enter(control::cancel)) {
            return model
                .get()
                .run(inputs, options, true, new CallContext(pool, activity, control, meter));
          }
        });
  }

  /**
   * One result later: the call joins others that wait at the same time.
   *
   * @return completed exceptionally with what {@link #runAll} throws; cancelling it takes the call
   *     back
   */
  CompletableFuture<R> submit(TextInput input, O options, RunControl control) {
    CallMeter meter = activity.start(1, true);
    CallGate.Entry inside;
    try {
      inside = model.enter(control::cancel);
    } catch (IllegalStateException closed) {
      meter.finish(closed);
      return CompletableFuture.failedFuture(closed);
    }
    CompletableFuture<R> result;
    try {
      result =
          model.isLoaded()
              ? submit(model.get(), input, options, control, meter)
              : CompletableFuture.supplyAsync(model::get, pool::execute)
                  .thenCompose(loaded -> submit(loaded, input, options, control, meter));
    } catch (RuntimeException e) {
      result = CompletableFuture.failedFuture(e);
    }
    return AsyncResult.of(result, control, inside, meter);
  }

  private CompletableFuture<R> submit(
      LoadedTask<O, R> loaded, TextInput input, O options, RunControl control, CallMeter meter) {
    CallContext context = new CallContext(pool, activity, control, meter);
    if (!loaded.isRepeatable(options)) {
      return loaded.submit(input, options, batcher, context);
    }
    return cache.getAsync(
        new Scope(loaded, options),
        input,
        () -> loaded.submit(input, options, batcher, context),
        loaded::weigh);
  }

  @Override
  public String task() {
    return task;
  }

  @Override
  public ModelSource source() {
    return source.get();
  }

  @Override
  public boolean isLoaded() {
    return model.isLoaded();
  }

  @Override
  public void load() {
    model.use(loaded -> true);
  }

  @Override
  public void warmUp() {
    model.use(
        loaded -> {
          loaded.warmUp();
          return true;
        });
  }

  @Override
  public String digest() {
    return model.use(LoadedTask::digest);
  }

  @Override
  public int waitingCalls() {
    LoadedTask<O, R> loaded = model.peek();
    return batcher.waitingCalls() + (loaded == null ? 0 : loaded.waitingCalls());
  }

  /** Refuses further calls; those in flight are waited for, or ended early. */
  void close(boolean terminate) {
    model.close(terminate);
  }
}

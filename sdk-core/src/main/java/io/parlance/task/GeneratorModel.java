package io.parlance.task;

import io.parlance.ActivityListener;
import io.parlance.cache.PromptCacheStatistics;
import io.parlance.generation.GenerativeModel;
import io.parlance.model.ModelSource;
import io.parlance.runtime.CallGate;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A generative model for its generator's views: loaded with the first call, shared by all of them,
 * and left when the calls in flight are over. Thread-safe.
 */
final class GeneratorModel implements ModelHandle {
  private static final String TASK = "generator";

  private final Supplier<ModelSource> source;
  private final TaskActivity activity;
  private final GenerationView standard;
  private final LazyModel<Loaded> model;
  private final SharedModels models;

  /**
   * Loads nothing yet.
   *
   * @param models loads the model, and closes it some time after this is closed
   * @param timeout of calls whose view has none, or null
   */
  GeneratorModel(
      Supplier<ModelSource> source,
      SharedModels models,
      @Nullable Duration timeout,
      List<ActivityListener> listeners) {
    this.source = source;
    standard = timeout == null ? GenerationView.DEFAULT : GenerationView.DEFAULT.timeout(timeout);
    activity = new TaskActivity(TASK, listeners);
    this.models = models;
    model =
        new LazyModel<>(
            "the generator", () -> activity.load(() -> new Loaded(models.get(source.get()))));
  }

  private record Loaded(GenerativeModel model) implements LoadedModel {
    @Override
    public void close() {}
  }

  TextGenerator view() {
    return new TextGenerator(this, standard);
  }

  TaskActivity activity() {
    return activity;
  }

  @Override
  public String task() {
    return TASK;
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
          loaded.model().warmUp();
          return true;
        });
  }

  @Override
  public String digest() {
    return model.use(loaded -> loaded.model().digest());
  }

  /** Callers of generation wait. */
  @Override
  public int waitingCalls() {
    return 0;
  }

  /** What the prompt cache did, nothing before the model is loaded or after it is closed. */
  PromptCacheStatistics promptCache() {
    Loaded loaded = model.peek();
    return loaded == null ? PromptCacheStatistics.NONE : loaded.model().promptCache().statistics();
  }

  CallGate.Entry enter(Runnable terminate) {
    return model.enter(terminate);
  }

  GenerativeModel get() {
    return model.get().model();
  }

  /** A smaller model beside this one, for a call that was let in; loaded once. */
  GenerativeModel assistant(ModelSource from) {
    return models.get(from);
  }

  /** Refuses further calls; those in flight are waited for, or ended early. */
  void close(boolean terminate) {
    model.close(terminate);
  }
}

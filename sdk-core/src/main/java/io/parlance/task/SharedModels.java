package io.parlance.task;

import io.parlance.Execution;
import io.parlance.cache.CachePolicy;
import io.parlance.generation.GenerativeModel;
import io.parlance.model.ModelSource;
import io.parlance.runtime.SessionOptions;
import java.util.concurrent.ConcurrentHashMap;

/** Generative models, each in memory once, however many tasks use it. Thread-safe. */
final class SharedModels implements AutoCloseable {
  private final ConcurrentHashMap<ModelSource, GenerativeModel> models = new ConcurrentHashMap<>();
  private final SessionOptions options;
  private final CachePolicy prompts;

  /**
   * Loads nothing yet.
   *
   * @param prompts how much each remembers of prompts
   */
  SharedModels(Execution execution, CachePolicy prompts) {
    this.prompts = prompts;
    options = SessionOptions.defaults().withExecution(execution);
  }

  /** The model, loaded with the first call. */
  GenerativeModel get(ModelSource source) {
    return models.computeIfAbsent(source, key -> GenerativeModel.open(key, options, prompts));
  }

  /** Frees all of them; nobody uses them any more. */
  @Override
  public void close() {
    models.values().forEach(GenerativeModel::close);
    models.clear();
  }
}

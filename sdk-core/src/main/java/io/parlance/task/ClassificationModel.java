package io.parlance.task;

import io.parlance.Classification;
import io.parlance.Execution;
import io.parlance.TextInput;
import io.parlance.cache.ResultCache;
import io.parlance.model.ModelSource;
import io.parlance.runtime.CallGate;
import io.parlance.runtime.RunControl;
import io.parlance.runtime.SessionOptions;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A classification model from its source to its end: loaded with the first call, once, shared by
 * all views on it, and freed by {@link #close()} when the calls in flight are over. Thread-safe.
 */
public final class ClassificationModel implements AutoCloseable {
  private static final int LABEL_BYTES = 40; // a LabelScore and its place in the list

  private final Supplier<ModelSource> source;
  private final SessionOptions options;
  private final ResultCache cache;
  private final CallGate gate = new CallGate("the classifier");
  private final ReentrantLock loading = new ReentrantLock();
  private volatile @Nullable LoadedClassifier loaded;

  /**
   * Reads nothing yet.
   *
   * @param source asked when the model is loaded
   * @param execution where it runs
   * @param cache what remembers its results
   */
  public ClassificationModel(Supplier<ModelSource> source, Execution execution, ResultCache cache) {
    this.source = source;
    this.options = SessionOptions.defaults().withExecution(execution);
    this.cache = cache;
  }

  /** The view with the model's own settings. */
  public TextClassifier classifier() {
    return new TextClassifier(this, ClassificationOptions.DEFAULT, null);
  }

  /** Whether the model is in memory. */
  public boolean isLoaded() {
    return loaded != null;
  }

  List<String> labels() {
    try (CallGate.Entry inside = gate.enter(() -> {})) {
      return load().labels();
    }
  }

  List<Classification> classify(
      List<TextInput> inputs, ClassificationOptions view, RunControl control) {
    try (CallGate.Entry inside = gate.enter(control::cancel)) {
      LoadedClassifier model = load();
      return cache.getAll(
          cache.remembers() ? new Scope(model.encoder().folder().digest(), view) : view,
          inputs,
          missing -> model.classify(inputs, missing, view, control),
          result -> LABEL_BYTES * (result.labels().size() + 2),
          control);
    }
  }

  /** What a result depends on besides the text. */
  private record Scope(String digest, ClassificationOptions options) {}

  private LoadedClassifier load() {
    LoadedClassifier model = loaded;
    if (model != null) {
      return model;
    }
    loading.lock();
    try {
      model = loaded;
      if (model == null) {
        model = LoadedClassifier.open(source.get(), options);
        loaded = model;
      }
      return model;
    } finally {
      loading.unlock();
    }
  }

  /** Refuses further calls, waits for those in flight and frees the model. May be repeated. */
  @Override
  public void close() {
    gate.close(
        false,
        () -> {
          LoadedClassifier model = loaded;
          if (model != null) {
            loaded = null;
            model.close();
          }
        });
  }
}

package io.parlance.task;

import io.parlance.runtime.CallGate;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model from its source to its end: loaded with the first call, once, shared by all callers, and
 * freed by {@link #close} when the calls in flight are over. Thread-safe.
 *
 * @param <L> the model in memory
 */
final class LazyModel<L extends LoadedModel> {
  private final Supplier<L> opener;
  private final CallGate gate;
  private final ReentrantLock loading = new ReentrantLock();
  private volatile @Nullable L loaded;

  /**
   * Loads nothing yet.
   *
   * @param name what messages call it
   */
  LazyModel(String name, Supplier<L> opener) {
    this.gate = new CallGate(name);
    this.opener = opener;
  }

  /** Whether the model is in memory. */
  boolean isLoaded() {
    return loaded != null;
  }

  /** The model if it is in memory, for questions that do not load it. */
  @Nullable L peek() {
    return loaded;
  }

  /**
   * Lets a call in, until the entry is closed; the model stays usable so long.
   *
   * @param terminate ends the call early
   * @throws IllegalStateException if the model is closed
   */
  CallGate.Entry enter(Runnable terminate) {
    return gate.enter(terminate);
  }

  /** The model, for a call that was let in. */
  L get() {
    L model = loaded;
    if (model != null) {
      return model;
    }
    loading.lock();
    try {
      model = loaded;
      if (model == null) {
        model = opener.get();
        loaded = model;
      }
      return model;
    } finally {
      loading.unlock();
    }
  }

  /** Does something with the model. */
  <T> T use(Function<L, T> action) {
    try (CallGate.Entry inside = enter(() -> {})) {
      return action.apply(get());
    }
  }

  /**
   * Refuses further calls, waits for those in flight and frees the model. May be repeated.
   *
   * @param terminate whether to end the calls in flight early
   */
  void close(boolean terminate) {
    gate.close(
        terminate,
        () -> {
          L model = loaded;
          if (model != null) {
            loaded = null;
            model.close();
          }
        });
  }
}

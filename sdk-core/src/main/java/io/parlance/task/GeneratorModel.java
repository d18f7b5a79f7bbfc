package io.parlance.task;

import io.parlance.Execution;
import io.parlance.generation.GenerativeModel;
import io.parlance.model.ModelSource;
import io.parlance.runtime.CallGate;
import io.parlance.runtime.SessionOptions;
import java.util.function.Supplier;

/**
 * A generative model from its source to its end: loaded with the first call, shared by all views,
 * and freed when the calls in flight are over. Thread-safe.
 */
final class GeneratorModel implements AutoCloseable {
  private final LazyModel<Loaded> model;

  GeneratorModel(Supplier<ModelSource> source, Execution execution) {
    SessionOptions options = SessionOptions.defaults().withExecution(execution);
    model =
        new LazyModel<>(
            "the generator", () -> new Loaded(GenerativeModel.open(source.get(), options)));
  }

  private record Loaded(GenerativeModel model) implements LoadedModel {
    @Override
    public void close() {
      model.close();
    }
  }

  TextGenerator view() {
    return new TextGenerator(this, GenerationView.DEFAULT);
  }

  boolean isLoaded() {
    return model.isLoaded();
  }

  CallGate.Entry enter(Runnable terminate) {
    return model.enter(terminate);
  }

  GenerativeModel get() {
    return model.get().model();
  }

  @Override
  public void close() {
    model.close();
  }
}

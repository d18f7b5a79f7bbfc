package io.parlance.task;

import io.parlance.DocumentResult;
import io.parlance.InvalidInputException;
import io.parlance.TextInput;
import io.parlance.runtime.RunControl;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A task with its options: what a view of it is.
 *
 * @param timeout the most time for a call, or null
 */
record BoundTask<O, R>(TaskModel<O, R> model, O options, @Nullable Duration timeout) {

  BoundTask<O, R> with(O other) {
    return new BoundTask<>(model, other, timeout);
  }

  BoundTask<O, R> withTimeout(Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new InvalidInputException("timeout " + time + " must be positive");
    }
    return new BoundTask<>(model, options, time);
  }

  private RunControl control() {
    return timeout == null ? RunControl.create() : RunControl.withTimeout(timeout);
  }

  List<R> runAll(List<TextInput> inputs) {
    return inputs.isEmpty() ? List.of() : model.runAll(inputs, options, control());
  }

  List<DocumentResult<R>> attemptAll(List<@Nullable TextInput> inputs, RunControl control) {
    return inputs.isEmpty() ? List.of() : model.attemptAll(inputs, options, control);
  }

  CompletableFuture<R> submit(TextInput input) {
    return model.submit(input, options, control());
  }
}

package io.parlance.task;

import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.DocumentResult;
import io.parlance.InvalidInputException;
import io.parlance.QueueFullException;
import io.parlance.TextInput;
import io.parlance.runtime.RunControl;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What every task on texts can do. A task is an immutable view on a shared model; each option
 * returns another view. Thread-safe, and nothing to close: the model belongs to who made it.
 *
 * @param <R> the result for one input
 */
public abstract class TextTask<R> {
  private final BoundTask<?, R> bound;

  TextTask(BoundTask<?, R> bound) {
    this.bound = bound;
  }

  /**
   * Processes many inputs; those of similar length run together, and each result is the one that
   * the input has by itself. The first input that cannot be processed fails the call.
   *
   * @return results in the order of the inputs
   * @throws InvalidInputException if an input is null or cannot be processed; it names its place
   * @throws DeadlineExceededException if the timeout of this view is over
   * @throws CancelledException if the calling thread is interrupted
   */
  public final List<R> processAll(List<TextInput> inputs) {
    return bound.runAll(inputs);
  }

  /** As {@link #processAll}, but an input that cannot be processed fails for itself alone. */
  public final List<DocumentResult<R>> attemptAll(List<@Nullable TextInput> inputs) {
    return bound.attemptAll(inputs, RunControl.create());
  }

  /**
   * Processes an input later, on the SDK's threads. Calls that wait at the same time are joined.
   *
   * @return fails with the exceptions of {@link #processAll}, and with {@link QueueFullException}
   *     where too many calls wait; cancelling it takes the call back and stops its run
   */
  public final CompletableFuture<R> submit(TextInput input) {
    return bound.submit(input);
  }

  /** A job over any number of documents with this task. */
  public final DocumentBatch<R> documents() {
    return new DocumentBatch<>(bound);
  }

  final R process(TextInput input) {
    return bound.runAll(List.of(input)).get(0);
  }

  /** The inputs of texts. */
  static List<TextInput> inputs(List<String> texts) {
    List<TextInput> inputs = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      inputs.add(input(i, texts.get(i)));
    }
    return inputs;
  }

  /** The input of one text. */
  static TextInput input(@Nullable String text) {
    return input(0, text);
  }

  private static TextInput input(int index, @Nullable String text) {
    if (text == null) {
      throw new InvalidInputException(
          "text " + index + " is null; pass an empty string for no text");
    }
    return TextInput.of(text);
  }
}

package io.parlance.task;

import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.DocumentResult;
import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import io.parlance.TextInput;
import io.parlance.runtime.RunControl;
import io.parlance.runtime.RunPool;
import io.parlance.tokenizers.Encoding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * One call of a task with some inputs: encodes them, runs all their windows in batches of similar
 * length on the pool's threads, and decodes. The composition of the batches depends on nothing but
 * the inputs, so that a call gives the same bits whatever else goes on.
 */
final class EncoderCall<W, R> {
  /** Fewer texts than this are encoded by the caller: handing them over would take longer. */
  private static final int TEXTS_PER_PIECE = 16;

  private final Encoder encoder;
  private final EncoderTask<W, R> task;
  private final List<? extends @Nullable TextInput> inputs;
  private final boolean isolate;
  private final TaskActivity activity;
  private final CallMeter meter;
  private final AtomicReferenceArray<@Nullable List<Encoding>> encodings;
  private final AtomicReferenceArray<@Nullable NlpException> failures;

  /**
   * Does nothing yet.
   *
   * @param isolate whether a bad input is a failure of its own rather than of the call
   * @param activity told of each run
   * @param meter takes the time of the call's parts
   */
  EncoderCall(
      Encoder encoder,
      EncoderTask<W, R> task,
      List<? extends @Nullable TextInput> inputs,
      boolean isolate,
      TaskActivity activity,
      CallMeter meter) {
    this.encoder = encoder;
    this.task = task;
    this.inputs = inputs;
    this.isolate = isolate;
    this.activity = activity;
    this.meter = meter;
    this.encodings = new AtomicReferenceArray<>(inputs.size());
    this.failures = new AtomicReferenceArray<>(inputs.size());
  }

  /** One window of one input. */
  private record Window(int input, int place, Encoding encoding) {}

  /** What came of each input, in their order. */
  List<DocumentResult<R>> run(RunPool pool, RunControl control) {
    long start = System.nanoTime();
    encodeAll(pool, control);
    meter.tokenized(start);
    List<Window> windows = new ArrayList<>();
    List<@Nullable List<@Nullable W>> values = new ArrayList<>(inputs.size());
    for (int i = 0; i < inputs.size(); i++) {
      List<Encoding> ofInput = encodings.get(i);
      values.add(
          ofInput == null ? null : new ArrayList<>(Collections.nCopies(ofInput.size(), null)));
      for (int place = 0; ofInput != null && place < ofInput.size(); place++) {
        windows.add(new Window(i, place, ofInput.get(place)));
      }
    }
    int[] lengths = windows.stream().mapToInt(window -> window.encoding().length()).toArray();
    List<List<Integer>> batches =
        new ArrayList<>(LengthBatches.plan(lengths, task.tokensPerRun(LengthBatches.TOKEN_BUDGET)));
    Collections.reverse(batches); // the longest first, so that the threads end together
    pool.runAll(
        batches.size(),
        batch -> runBatch(batches.get(batch).stream().map(windows::get).toList(), values, control),
        control);
    return decodeAll(values);
  }

  private void encodeAll(RunPool pool, RunControl control) {
    int count = inputs.size();
    if (count <= TEXTS_PER_PIECE) {
      encode(0, count);
    } else {
      pool.runAll(
          (count + TEXTS_PER_PIECE - 1) / TEXTS_PER_PIECE,
          piece -> encode(piece * TEXTS_PER_PIECE, Math.min(count, (piece + 1) * TEXTS_PER_PIECE)),
          control);
    }
  }

  private void encode(int from, int to) {
    for (int i = from; i < to; i++) {
      try {
        TextInput input = inputs.get(i);
        if (input == null) {
          throw new InvalidInputException("the text is null; pass an empty string for no text");
        }
        encodings.set(i, task.encode(input));
      } catch (InvalidInputException e) {
        fail(
            i,
            isolate || inputs.size() == 1
                ? e
                : new InvalidInputException("text " + i + ": " + e.getMessage(), e));
      }
    }
  }

  private void fail(int input, NlpException failure) {
    if (!isolate
        || failure instanceof CancelledException
        || failure instanceof DeadlineExceededException) {
      throw failure;
    }
    failures.set(input, failure);
  }

  private void runBatch(
      List<Window> batch, List<@Nullable List<@Nullable W>> values, RunControl control) {
    try {
      List<Encoding> rows = batch.stream().map(Window::encoding).toList();
      meter.runStarted();
      long start = System.nanoTime();
      EncoderOutputs outputs = encoder.run(rows, task.outputs(), control);
      tell(rows, System.nanoTime() - start);
      for (int row = 0; row < batch.size(); row++) {
        Window window = batch.get(row);
        List<@Nullable W> ofInput = values.get(window.input());
        if (ofInput != null) {
          ofInput.set(window.place(), task.read(outputs, row, window.encoding()));
        }
      }
    } catch (NlpException e) {
      if (batch.size() == 1 || !isolate) {
        fail(batch.get(0).input(), e);
      } else {
        batch.forEach(window -> runBatch(List.of(window), values, control)); // one is at fault
      }
    }
  }

  private void tell(List<Encoding> rows, long nanos) {
    int longest = rows.stream().mapToInt(Encoding::length).max().orElse(0);
    int tokens = rows.stream().mapToInt(Encoding::length).sum();
    meter.ran(nanos, tokens);
    activity.ran(rows.size(), tokens, longest * rows.size() - tokens, nanos);
  }

  private List<DocumentResult<R>> decodeAll(List<@Nullable List<@Nullable W>> values) {
    List<DocumentResult<R>> results = new ArrayList<>(inputs.size());
    for (int i = 0; i < inputs.size(); i++) {
      List<Encoding> windows = encodings.get(i);
      List<@Nullable W> ofInput = values.get(i);
      TextInput input = inputs.get(i);
      R result = null;
      if (input != null && windows != null && ofInput != null && failures.get(i) == null) {
        try {
          result = task.decode(input, windows, complete(ofInput));
        } catch (NlpException e) {
          fail(i, e);
        }
      }
      results.add(new DocumentResult<>(i, result, failures.get(i)));
    }
    return results;
  }

  private static <W> List<W> complete(List<@Nullable W> values) {
    List<W> all = new ArrayList<>(values.size());
    for (W value : values) {
      if (value == null) {
        throw new AssertionError("every window was run or has failed");
      }
      all.add(value);
    }
    return all;
  }
}

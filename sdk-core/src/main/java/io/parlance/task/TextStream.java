package io.parlance.task;

import io.parlance.Generation;
import io.parlance.generation.GenerationRun;
import io.parlance.generation.GenerativeModel;
import io.parlance.generation.StopStrings;
import io.parlance.generation.constraint.ConstrainedText;
import io.parlance.runtime.CallGate;
import io.parlance.runtime.RunControl;
import io.parlance.tokenizers.StreamingDetokenizer;
import io.parlance.tokenizers.Tokenizer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Spliterator;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The text of one generation in pieces. Each is computed when it is asked for; between two of them
 * nothing holds the model, so that it can be closed. Read by one thread at a time; any may close
 * it.
 */
final class TextStream implements Spliterator<String>, AutoCloseable {
  /** Tokens of the prompt from which the detokenizer learns how the answer begins. */
  private static final int CONTEXT = 8;

  private final GeneratorModel model;
  private final GenerationView view;
  private final Function<GenerationCall, int[]> prompt;
  private final RunControl control;
  private final ReentrantLock writing = new ReentrantLock(); // of the run and what it gives
  private final StringBuilder pending = new StringBuilder();
  private volatile @Nullable CallMeter meter;
  private @Nullable GenerationRun run;
  private @Nullable StopStrings stops;
  private @Nullable Generation generation;
  private int skip; // characters that belong to the prompt
  private int given; // characters of the answer
  private volatile boolean closed;

  TextStream(GeneratorModel model, GenerationView view, Function<GenerationCall, int[]> prompt) {
    this.model = model;
    this.view = view;
    this.prompt = prompt;
    this.control =
        view.timeout() == null ? RunControl.create() : RunControl.withTimeout(view.timeout());
  }

  @Override
  public boolean tryAdvance(Consumer<? super String> action) {
    String piece = closed ? "" : next();
    if (piece.isEmpty()) {
      return false;
    }
    action.accept(piece);
    return true;
  }

  private String next() {
    CallMeter current = meter();
    try (CallGate.Entry inside = model.enter(control::cancel)) {
      return WritingThreads.call(control, view.cancellation(), () -> write(current));
    } catch (RuntimeException | Error e) {
      current.finish(e);
      close();
      throw e;
    }
  }

  /** Steps until there is a piece, or the end; then it gives what was held back. */
  private String write(CallMeter current) {
    writing.lock();
    try {
      control.check();
      GenerationRun now = run == null ? open(current) : run;
      while (generation == null) {
        long start = System.nanoTime();
        now.step();
        current.ran(System.nanoTime() - start, 0);
        if (generation == null) {
          String piece = take();
          if (!piece.isEmpty()) {
            return piece;
          }
        }
      }
      free();
      return generation().text().substring(given);
    } finally {
      writing.unlock();
    }
  }

  /** The call begins when the first piece is asked for, and ends when the stream is closed. */
  private CallMeter meter() {
    CallMeter known = meter;
    if (known == null) {
      known = model.activity().start(1, false);
      meter = known;
    }
    return known;
  }

  private GenerationRun open(CallMeter current) {
    GenerativeModel loaded = model.get();
    GenerationCall call = GenerationCall.of(model, view, current);
    GenerationCall.Prompt tokens = call.fit(prompt.apply(call));
    current.runStarted();
    current.ran(0, tokens.tokens().length);
    ConstrainedText constrained = loaded.constrainedText(tokens.tokens(), view.options());
    IntFunction<String> pieces =
        constrained == null ? detokenizer(loaded, tokens.tokens()) : constrained::add;
    stops = call.stops();
    GenerationRun opened = call.newRun(control);
    run = opened;
    opened.add(
        call.request(tokens)
            .listener(
                token -> {
                  current.ran(0, 1);
                  append(pieces.apply(token));
                })
            .build(),
        found -> generation = call.describe(tokens, found));
    return opened;
  }

  private IntFunction<String> detokenizer(GenerativeModel loaded, int[] prompt) {
    Tokenizer tokenizer = Objects.requireNonNull(loaded.tokenizer());
    StreamingDetokenizer pieces = new StreamingDetokenizer(tokenizer, true);
    if (!loaded.decoder().hasEncoder()) {
      int[] tail = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - CONTEXT), prompt.length);
      skip = tokenizer.decode(tail, true).length();
      for (int token : tail) {
        skip -= pieces.add(token).length();
      }
    }
    return pieces::add;
  }

  private void append(String piece) {
    int cut = Math.min(skip, piece.length());
    skip -= cut;
    pending.append(piece, cut, piece.length());
  }

  /** What is certain not to be part of a stop string. */
  private String take() {
    int end = pending.length();
    if (stops != null) {
      String text = pending.toString();
      int stop = stops.find(text);
      end = stop >= 0 ? stop : text.length() - stops.undecided(text);
    }
    if (end > 0 && Character.isHighSurrogate(pending.charAt(end - 1))) {
      end--;
    }
    String piece = pending.substring(0, end);
    pending.delete(0, end);
    given += piece.length();
    return piece;
  }

  /** The whole result, when the last piece was given. */
  Generation generation() {
    return Objects.requireNonNull(generation, "the generation is not finished");
  }

  @Override
  public @Nullable Spliterator<String> trySplit() {
    return null;
  }

  @Override
  public long estimateSize() {
    return Long.MAX_VALUE;
  }

  @Override
  public int characteristics() {
    return ORDERED | NONNULL;
  }

  /** Ends the work, also while another thread waits for a piece, which fails then. */
  @Override
  public void close() {
    control.cancel();
    free();
  }

  private void free() {
    writing.lock();
    try {
      closed = true;
      GenerationRun now = run;
      if (now != null) {
        now.close();
      }
      if (meter != null) {
        meter.finish(null);
      }
    } finally {
      writing.unlock();
    }
  }
}

package io.parlance.samples.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers every line of the input in its order. Lines are taken in windows, so that a model sees
 * many at once; a window ends early when no more input is at hand, so that a person or a program
 * that waits for an answer gets it.
 */
final class LineLoop {

  private static final int WINDOW_LINES = 256;
  private static final int WINDOW_BYTES = 4 << 20;

  private final TaskOptions known;
  private final JsonObject ofRun;
  private long failed;

  LineLoop(TaskOptions known, JsonObject ofRun) {
    this.known = known;
    this.ofRun = ofRun;
  }

  /** Runs to the end of the input. */
  void run(LineTask task, LineReader in, OutputStream out) throws IOException {
    for (List<LineReader.RawLine> window = window(in); !window.isEmpty(); window = window(in)) {
      for (String answer : answers(task, window)) {
        out.write(answer.getBytes(StandardCharsets.UTF_8));
        out.write('\n');
      }
      out.flush();
    }
  }

  /** As {@link #run}, one line after the other, each piece of an answer as soon as it is there. */
  void stream(StreamedTask task, LineReader in, OutputStream out, PrintStream messages)
      throws IOException {
    for (LineReader.RawLine raw = in.next(); raw != null; raw = in.next()) {
      try {
        Line line = Line.parse(raw);
        task.stream(line, known.ofLine(ofRun, line.options()), piece -> write(out, piece));
        write(out, "\n");
      } catch (UncheckedIOException e) {
        throw e.getCause();
      } catch (RuntimeException e) {
        failed++;
        write(out, "\n");
        messages.println("parlance: line " + raw.number() + ": " + Failure.message(e));
      }
    }
  }

  private static void write(OutputStream out, String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many lines could not be answered so far. */
  long failed() {
    return failed;
  }

  private static List<LineReader.RawLine> window(LineReader in) throws IOException {
    List<LineReader.RawLine> window = new ArrayList<>();
    int bytes = 0;
    do {
      LineReader.RawLine line = in.next();
      if (line == null) {
        break;
      }
      window.add(line);
      bytes += line.bytes().length;
    } while (window.size() < WINDOW_LINES && bytes < WINDOW_BYTES && in.ready());
    return window;
  }

  private List<String> answers(LineTask task, List<LineReader.RawLine> window) {
    String[] answers = new String[window.size()];
    Map<JsonObject, List<Slot>> groups = new LinkedHashMap<>();
    for (int i = 0; i < answers.length; i++) {
      LineReader.RawLine raw = window.get(i);
      Line line = null;
      try {
        line = Line.parse(raw);
        JsonObject options = known.ofLine(ofRun, line.options());
        groups.computeIfAbsent(options, key -> new ArrayList<>()).add(new Slot(i, line));
      } catch (RuntimeException e) {
        answers[i] = failure(raw.number(), line == null ? null : line.id(), e);
      }
    }
    groups.forEach((options, slots) -> answerGroup(task, options, slots, answers));
    return Arrays.asList(answers);
  }

  private void answerGroup(LineTask task, JsonObject options, List<Slot> slots, String[] answers) {
    try {
      List<JsonObject> results = task.answer(slots.stream().map(Slot::line).toList(), options);
      for (int i = 0; i < slots.size(); i++) {
        answers[slots.get(i).index()] = success(slots.get(i).line(), results.get(i));
      }
    } catch (RuntimeException e) {
      if (slots.size() == 1) {
        Line line = slots.get(0).line();
        answers[slots.get(0).index()] = failure(line.number(), line.id(), e);
      } else {
        // one of them is at fault; alone, each gets its own answer
        slots.forEach(slot -> answerGroup(task, options, List.of(slot), answers));
      }
    }
  }

  private static String success(Line line, JsonObject result) {
    JsonObject answer = new JsonObject();
    if (line.id() != null) {
      answer.add("id", line.id());
    }
    result.entrySet().forEach(entry -> answer.add(entry.getKey(), entry.getValue()));
    return Json.line(answer);
  }

  private String failure(long number, @Nullable JsonElement id, RuntimeException cause) {
    failed++;
    JsonObject error = Failure.describe(cause);
    error.addProperty("message", "line " + number + ": " + error.get("message").getAsString());
    JsonObject answer = new JsonObject();
    if (id != null) {
      answer.add("id", id);
    }
    answer.add("error", error);
    return Json.line(answer);
  }

  /** A line and the place of its answer in the window. */
  private record Slot(int index, Line line) {}
}

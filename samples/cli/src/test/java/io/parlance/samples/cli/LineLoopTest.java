package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LineLoopTest {

  private static final TaskOptions OPTIONS =
      new TaskOptions(
          TaskOption.wholeNumber("top_k", 1, "how many"),
          TaskOption.word("function", "which", "softmax", "none"));

  /** Answers with the text's length; {@code "bad"} cannot be answered. */
  private static final class Lengths implements LineTask {
    final List<Integer> batches = new ArrayList<>();

    @Override
    public List<JsonObject> answer(List<Line> lines, JsonObject options) {
      batches.add(lines.size());
      List<JsonObject> answers = new ArrayList<>();
      for (Line line : lines) {
        String text = line.text("text");
        if (text.equals("bad")) {
          throw new IllegalArgumentException("text 'bad' is bad");
        }
        JsonObject answer = new JsonObject();
        answer.addProperty("length", text.length());
        answer.add("options", options);
        answers.add(answer);
      }
      return answers;
    }

    @Override
    public void close() {}
  }

  private final Lengths task = new Lengths();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private long run(InputStream in, String ofRun) throws IOException {
    LineLoop loop = new LineLoop(OPTIONS, JsonParser.parseString(ofRun).getAsJsonObject());
    loop.run(task, LineReader.of(in), out);
    return loop.failed();
  }

  private long run(String in) throws IOException {
    return run(new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), "{}");
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void answersInOrderAndEchoesEveryKindOfId() throws IOException {
    long failed =
        run(
            """
            {"id":7,"text":"one"}
            {"id":"x y","text":"three"}
            {"id":null,"text":""}
            {"id":[1.50,{"a":"\\ud800"}],"text":"ab"}
            {"text":"no id"}
            """);
    assertThat(failed).isZero();
    assertThat(lines())
        .containsExactly(
            "{\"id\":7,\"length\":3,\"options\":{}}",
            "{\"id\":\"x y\",\"length\":5,\"options\":{}}",
            "{\"id\":null,\"length\":0,\"options\":{}}",
            "{\"id\":[1.50,{\"a\":\"\\ud800\"}],\"length\":2,\"options\":{}}",
            "{\"length\":5,\"options\":{}}");
    assertThat(task.batches).containsExactly(5);
  }

  @Test
  void aFailingLineLeavesTheOthersAlone() throws IOException {
    long failed =
        run("{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\"bad\"}\n{\"id\":3,\"text\":\"b\"}\n");
    assertThat(failed).isOne();
    assertThat(lines())
        .containsExactly(
            "{\"id\":1,\"length\":1,\"options\":{}}",
            "{\"id\":2,\"error\":{\"type\":\"IllegalArgument\",\"message\":\"line 2: text 'bad' is"
                + " bad\"}}",
            "{\"id\":3,\"length\":1,\"options\":{}}");
  }

  @Test
  void linesThatAreNotJsonObjectsNameTheirNumberAndTheReason() throws IOException {
    long failed =
        run(
            "{\"text\":\n\n[1]\n{\"text\":\"a\"} x\n{'text':'a'}\n{\"text\":1}\n{\"txt\":\"a\"}\n"
                + "{\"text\":null}\n");
    assertThat(failed).isEqualTo(7);
    assertThat(lines())
        .containsExactly(
            "{\"error\":{\"type\":\"InvalidLine\",\"message\":\"line 1: not valid JSON: the line"
                + " ends in the middle of a value\"}}",
            "{\"error\":{\"type\":\"InvalidLine\",\"message\":\"line 3: expected a JSON object,"
                + " found [1]\"}}",
            "{\"error\":{\"type\":\"InvalidLine\",\"message\":\"line 4: not valid JSON: unexpected"
                + " character at column 15\"}}",
            "{\"error\":{\"type\":\"InvalidLine\",\"message\":\"line 5: not valid JSON: unexpected"
                + " character at column 3\"}}",
            "{\"error\":{\"type\":\"InvalidLine\",\"message\":\"line 6: field 'text' must be a"
                + " string, found 1\"}}",
            "{\"error\":{\"type\":\"InvalidLine\",\"message\":\"line 7: field 'text' is missing;"
                + " the line has [txt]\"}}",
            "{\"error\":{\"type\":\"InvalidLine\",\"message\":\"line 8: field 'text' is null; an"
                + " empty string stands for no text\"}}");
  }

  @Test
  void bytesThatAreNotUtf8FailAlone() throws IOException {
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    in.write("\uFEFF{\"text\":\"ä\"}\r\n".getBytes(StandardCharsets.UTF_8));
    in.write("{\"text\":\"ä\"}\n".getBytes(StandardCharsets.ISO_8859_1));
    in.write("{\"text\":\"no end of line\"}".getBytes(StandardCharsets.UTF_8));
    assertThat(run(new ByteArrayInputStream(in.toByteArray()), "{}")).isOne();
    assertThat(lines())
        .containsExactly(
            "{\"length\":1,\"options\":{}}",
            "{\"error\":{\"type\":\"InvalidLine\",\"message\":\"line 2: not valid UTF-8\"}}",
            "{\"length\":14,\"options\":{}}");
  }

  @Test
  void aLinesOptionsWinOverTheRunsAndNullTakesThemAway() throws IOException {
    String in =
        """
        {"text":"a"}
        {"text":"a","options":{"top_k":5}}
        {"text":"a","options":{"top_k":null,"function":"none"}}
        {"text":"a","options":{"topk":5}}
        {"text":"a","options":{"top_k":"five"}}
        {"text":"a","options":{"top_k":0}}
        {"text":"a","options":{"function":"tanh"}}
        {"text":"a","options":[]}
        """;
    run(new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), "{\"top_k\":3}");
    String error = "{\"error\":{\"type\":\"InvalidOption\",\"message\":\"line ";
    assertThat(lines())
        .containsExactly(
            "{\"length\":1,\"options\":{\"top_k\":3}}",
            "{\"length\":1,\"options\":{\"top_k\":5}}",
            "{\"length\":1,\"options\":{\"function\":\"none\"}}",
            error
                + "4: unknown option 'topk', did you mean 'top_k'?; this command knows top_k,"
                + " function\"}}",
            error
                + "5: option 'top_k' must be a whole number of at least 1, found \\\"five\\\"\"}}",
            error + "6: option 'top_k' must be a whole number of at least 1, found 0\"}}",
            error + "7: option 'function' must be one of softmax, none, found \\\"tanh\\\"\"}}",
            "{\"error\":{\"type\":\"InvalidLine\",\"message\":\"line 8: field 'options' must be an"
                + " object, found []\"}}");
  }

  @Test
  void manyLinesAreAnsweredInWindows() throws IOException {
    assertThat(run("{\"text\":\"abc\"}\n".repeat(600))).isZero();
    assertThat(lines()).hasSize(600);
    assertThat(task.batches).containsExactly(256, 256, 88);
  }

  @Test
  void aLineOfManyMegabytesIsRead() throws IOException {
    assertThat(run("{\"text\":\"" + "x".repeat(5_000_000) + "\"}\n{\"text\":\"y\"}")).isZero();
    assertThat(lines())
        .containsExactly("{\"length\":5000000,\"options\":{}}", "{\"length\":1,\"options\":{}}");
  }

  @Test
  void whoWaitsForAnAnswerGetsItBeforeTheInputEnds() throws Exception {
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    ByteArrayOutputStream lineSoFar =
        new ByteArrayOutputStream() {
          @Override
          public void flush() {
            answers.add(toString(StandardCharsets.UTF_8));
            reset();
          }
        };
    PipedInputStream in = new PipedInputStream();
    try (PipedOutputStream person = new PipedOutputStream(in)) {
      CompletableFuture<Long> loop =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  LineLoop lines = new LineLoop(OPTIONS, new JsonObject());
                  lines.run(task, LineReader.of(in), lineSoFar);
                  return lines.failed();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      for (String text : List.of("a", "bb")) {
        person.write(("{\"text\":\"" + text + "\"}\n").getBytes(StandardCharsets.UTF_8));
        person.flush();
        assertThat(answers.poll(20, TimeUnit.SECONDS))
            .isEqualTo("{\"length\":" + text.length() + ",\"options\":{}}\n");
      }
      person.close();
      assertThat(loop.get(20, TimeUnit.SECONDS)).isZero();
    }
  }
}

package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import io.parlance.Nlp;
import io.parlance.TextInput;
import io.parlance.task.TextTask;
import java.util.List;
import picocli.CommandLine.Mixin;

/**
 * A command that answers each line by one task on texts.
 *
 * @param <R> the task's result
 */
abstract class TextTaskCommand<R> extends LineCommand {

  @Mixin private ModelOptions model;

  /** Names the model for the task. */
  abstract void use(Nlp.Builder builder, String source);

  /** Loads the model, so that one that cannot be loaded fails the run and not each line. */
  abstract void load(Nlp nlp);

  /** The task with the options of a line. */
  abstract TextTask<R> task(Nlp nlp, JsonObject options);

  /** What a line asks. */
  abstract TextInput input(Line line);

  /** The answer to a line. */
  abstract JsonObject describe(R result);

  @Override
  final LineTask open() {
    Nlp nlp = model.open(this::use);
    try {
      load(nlp);
    } catch (RuntimeException e) {
      nlp.close();
      throw e;
    }
    return new Answering(nlp);
  }

  private final class Answering implements LineTask {
    private final Nlp nlp;

    Answering(Nlp nlp) {
      this.nlp = nlp;
    }

    @Override
    public List<JsonObject> answer(List<Line> lines, JsonObject options) {
      List<TextInput> inputs = lines.stream().map(line -> input(line)).toList();
      return task(nlp, options).processAll(inputs).stream()
          .map(result -> describe(result))
          .toList();
    }

    @Override
    public void close() {
      nlp.close();
    }
  }
}

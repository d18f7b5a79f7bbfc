package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import io.parlance.Nlp;
import io.parlance.Summary;
import io.parlance.TextPiece;
import io.parlance.task.Summarizer;
import java.util.List;
import picocli.CommandLine.Command;

/** Summarizes texts. */
@Command(
    name = "summarize",
    description = {
      "Summarizes texts; those that are too long for the model part by part.",
      "A line in: {\"text\"} or {\"input_ids\"}; a line out: {\"text\", \"token_ids\", "
          + "\"finish_reason\"}, \"pieces\" where there are several, and \"sequences\" where "
          + "several are asked for."
    })
final class SummarizeCommand extends WritingCommand<Summarizer, Summary> {
  private static final TaskOptions OPTIONS = options();

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  void use(Nlp.Builder builder, String source) {
    builder.summarizer(source);
  }

  @Override
  Summarizer task(Nlp nlp) {
    return nlp.summarizer();
  }

  @Override
  Summarizer with(Summarizer task, JsonObject options) {
    return task;
  }

  @Override
  List<String> texts(Summary result) {
    return result.alternatives();
  }

  @Override
  List<TextPiece> pieces(Summary result) {
    return result.pieces();
  }

  @Override
  void describe(Summary result, JsonObject answer) {}
}

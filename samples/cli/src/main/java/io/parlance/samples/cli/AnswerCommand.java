package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.Answer;
import io.parlance.Answers;
import io.parlance.Nlp;
import io.parlance.TextInput;
import io.parlance.task.QuestionAnswerer;
import picocli.CommandLine.Command;

/** Answers questions from contexts. */
@Command(
    name = "answer",
    description = {
      "Finds the parts of contexts that answer questions.",
      "A line in: {\"question\", \"context\"}; a line out: {\"answers\": [{\"text\", \"score\", "
          + "\"start\", \"end\"}, ...]}, best first; offsets count UTF-16 units of the context."
    })
final class AnswerCommand extends TextTaskCommand<Answers> {

  private static final TaskOption TOP_K =
      TaskOption.wholeNumber("top_k", 1, "How many answers; 1 if not given.");
  private static final TaskOption DOC_STRIDE =
      TaskOption.wholeNumber(
          "doc_stride",
          0,
          "Tokens that neighbouring windows share; half a window, at most 128, if not given.");
  private static final TaskOption MAX_SEQ_LEN =
      TaskOption.wholeNumber(
          "max_seq_len",
          1,
          "Tokens in a window, with the question; the tokenizer's limit, at most 384, if not"
              + " given.");
  private static final TaskOption MAX_ANSWER_LEN =
      TaskOption.wholeNumber("max_answer_len", 1, "Tokens in an answer; 15 if not given.");
  private static final TaskOption IMPOSSIBLE =
      TaskOption.flag(
          "handle_impossible_answer", "Whether the empty answer is one; false if not given.");
  private static final TaskOption ALIGN =
      TaskOption.flag(
          "align_to_words", "Whether answers are widened to whole words; true if not given.");

  private static final TaskOptions OPTIONS =
      new TaskOptions(TOP_K, DOC_STRIDE, MAX_SEQ_LEN, MAX_ANSWER_LEN, IMPOSSIBLE, ALIGN);

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  void use(Nlp.Builder builder, String source) {
    builder.questionAnswerer(source);
  }

  @Override
  void load(Nlp nlp) {
    nlp.questionAnswerer().load();
  }

  @Override
  TextInput input(Line line) {
    return TextInput.pair(line.text("question"), line.text("context"));
  }

  @Override
  QuestionAnswerer task(Nlp nlp, JsonObject options) {
    QuestionAnswerer answerer =
        nlp.questionAnswerer()
            .handleImpossibleAnswer(TaskOptions.flag(options, IMPOSSIBLE.name(), false))
            .alignToWords(TaskOptions.flag(options, ALIGN.name(), true));
    Integer topK = TaskOptions.wholeNumber(options, TOP_K.name());
    if (topK != null) {
      answerer = answerer.topK(topK);
    }
    Integer stride = TaskOptions.wholeNumber(options, DOC_STRIDE.name());
    if (stride != null) {
      answerer = answerer.docStride(stride);
    }
    Integer length = TaskOptions.wholeNumber(options, MAX_SEQ_LEN.name());
    if (length != null) {
      answerer = answerer.maxSequenceLength(length);
    }
    Integer answerLength = TaskOptions.wholeNumber(options, MAX_ANSWER_LEN.name());
    return answerLength == null ? answerer : answerer.maxAnswerLength(answerLength);
  }

  @Override
  JsonObject describe(Answers found) {
    JsonArray answers = new JsonArray();
    for (Answer each : found.answers()) {
      JsonObject answer = new JsonObject();
      answer.addProperty("text", each.text());
      answer.add("score", Json.number(each.score()));
      answer.addProperty("start", each.start());
      answer.addProperty("end", each.end());
      answers.add(answer);
    }
    JsonObject line = new JsonObject();
    line.add("answers", answers);
    return line;
  }
}

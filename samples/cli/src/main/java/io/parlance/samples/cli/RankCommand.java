package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.Nlp;
import io.parlance.RankedDocument;
import io.parlance.Relevance;
import io.parlance.ScoreFunction;
import io.parlance.TextInput;
import io.parlance.task.PairRanker;
import io.parlance.tokenizers.Truncation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Orders documents by their relevance to a query. */
@Command(
    name = "rank",
    description = {
      "Orders documents by their relevance to a query.",
      "A line in: {\"query\", \"documents\": [...]}; a line out: {\"ranking\": [{\"index\", "
          + "\"score\"}, ...]}, the most relevant first."
    })
final class RankCommand extends LineCommand {

  private static final TaskOption TOP_K =
      TaskOption.wholeNumber("top_k", 1, "How many documents; all if not given.");
  private static final TaskOption FUNCTION =
      TaskOption.word(
          "function",
          "What makes scores of the model's outputs; the usual for the model if not given.",
          "softmax",
          "sigmoid",
          "none");
  private static final TaskOption ACTIVATION =
      TaskOption.word("activation", "The same as --function.", "softmax", "sigmoid", "none");
  private static final TaskOption RELEVANT_CLASS =
      TaskOption.wholeNumber(
          "relevant_class", 0, "Which of several classes means relevance; the last if not given.");

  private static final TaskOptions OPTIONS =
      new TaskOptions(
          TOP_K,
          FUNCTION,
          ACTIVATION,
          RELEVANT_CLASS,
          TruncationOptions.TRUNCATION,
          TruncationOptions.MAX_LENGTH);

  @Mixin private ModelOptions model;

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  LineTask open() {
    Nlp nlp = model.open(Nlp.Builder::ranker);
    try {
      nlp.ranker().load();
    } catch (RuntimeException e) {
      nlp.close();
      throw e;
    }
    return new Ranking(nlp);
  }

  private record Ranking(Nlp nlp) implements LineTask {

    @Override
    public List<JsonObject> answer(List<Line> lines, JsonObject options) {
      List<TextInput> pairs = new ArrayList<>();
      List<Integer> ends = new ArrayList<>();
      for (Line line : lines) {
        String query = line.text("query");
        line.texts("documents").forEach(document -> pairs.add(TextInput.pair(query, document)));
        ends.add(pairs.size());
      }
      List<Relevance> all = ranker(options).processAll(pairs);
      Integer topK = TaskOptions.wholeNumber(options, TOP_K.name());
      List<JsonObject> answers = new ArrayList<>();
      int start = 0;
      for (int end : ends) {
        List<RankedDocument> ranking = PairRanker.ranking(all.subList(start, end));
        int kept = topK == null ? ranking.size() : Math.min(topK, ranking.size());
        answers.add(describe(ranking.subList(0, kept)));
        start = end;
      }
      return answers;
    }

    private PairRanker ranker(JsonObject options) {
      PairRanker ranker = nlp.ranker();
      String function = TaskOptions.word(options, FUNCTION.name());
      if (function == null) {
        function = TaskOptions.word(options, ACTIVATION.name());
      }
      if (function != null) {
        ranker = ranker.function(ScoreFunction.valueOf(function.toUpperCase(Locale.ROOT)));
      }
      Integer relevantClass = TaskOptions.wholeNumber(options, RELEVANT_CLASS.name());
      if (relevantClass != null) {
        ranker = ranker.relevantClass(relevantClass);
      }
      Truncation truncation = TruncationOptions.truncation(options);
      if (truncation != null) {
        ranker = ranker.truncation(truncation);
      }
      Integer maxLength = TaskOptions.wholeNumber(options, TruncationOptions.MAX_LENGTH.name());
      return maxLength == null ? ranker : ranker.maxLength(maxLength);
    }

    private static JsonObject describe(List<RankedDocument> documents) {
      JsonArray ranking = new JsonArray();
      for (RankedDocument each : documents) {
        JsonObject document = new JsonObject();
        document.addProperty("index", each.index());
        document.add("score", Json.number(each.score()));
        if (each.truncated()) {
          document.addProperty("truncated", true);
        }
        ranking.add(document);
      }
      JsonObject answer = new JsonObject();
      answer.add("ranking", ranking);
      return answer;
    }

    @Override
    public void close() {
      nlp.close();
    }
  }
}

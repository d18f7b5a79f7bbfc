package io.parlance.spring.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.model.scoring.ScoringModel;
import io.parlance.Relevance;
import io.parlance.TextInput;
import io.parlance.task.PairRanker;
import java.util.List;

/** A ranker as LangChain4j sees it. Thread-safe. */
public final class ParlanceScoringModel implements ScoringModel {
  private final PairRanker ranker;

  /** Takes the options of the view. */
  public ParlanceScoringModel(PairRanker ranker) {
    this.ranker = ranker;
  }

  /** How relevant each segment is to the query, in their order. */
  @Override
  public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
    List<Relevance> scores =
        ranker.processAll(
            segments.stream().map(segment -> TextInput.pair(query, segment.text())).toList());
    return Response.from(
        scores.stream().map(Relevance::score).toList(),
        new TokenUsage(scores.stream().mapToInt(Relevance::tokenCount).sum()));
  }
}

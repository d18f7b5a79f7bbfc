package io.parlance.spring.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import io.parlance.Embedding;
import io.parlance.task.TextEmbedder;
import java.util.List;

/** An embedder as LangChain4j sees it. Thread-safe. */
public final class ParlanceEmbeddingModel implements EmbeddingModel {
  private final TextEmbedder embedder;

  /** Takes the options of the view, such as its prompt. */
  public ParlanceEmbeddingModel(TextEmbedder embedder) {
    this.embedder = embedder;
  }

  /** Embeds the texts together. */
  @Override
  public Response<List<dev.langchain4j.data.embedding.Embedding>> embedAll(
      List<TextSegment> segments) {
    List<Embedding> embedded = embedder.embed(segments.stream().map(TextSegment::text).toList());
    return Response.from(
        embedded.stream()
            .map(each -> dev.langchain4j.data.embedding.Embedding.from(each.vector()))
            .toList(),
        new TokenUsage(embedded.stream().mapToInt(Embedding::tokenCount).sum()));
  }

  @Override
  public int dimension() {
    return embedder.dimension().orElseGet(() -> embedder.embed("a").dimension());
  }

  @Override
  public String modelName() {
    return "parlance";
  }
}

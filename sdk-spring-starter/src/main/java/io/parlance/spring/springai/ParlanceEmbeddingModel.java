package io.parlance.spring.springai;

import io.parlance.Embedding;
import io.parlance.InvalidInputException;
import io.parlance.task.TextEmbedder;
import java.util.ArrayList;
import java.util.List;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;

/** An embedder as Spring AI sees it. Thread-safe. */
public final class ParlanceEmbeddingModel implements EmbeddingModel {
  private final TextEmbedder embedder;

  /** Takes the options of the view, such as its prompt. */
  public ParlanceEmbeddingModel(TextEmbedder embedder) {
    this.embedder = embedder;
  }

  /**
   * Embeds the texts of a request together. A model name in its options is not looked at.
   *
   * @throws InvalidInputException if the options want another number of dimensions
   */
  @Override
  public EmbeddingResponse call(EmbeddingRequest request) {
    EmbeddingOptions options = request.getOptions();
    Integer wanted = options == null ? null : options.getDimensions();
    if (wanted != null && wanted != dimensions()) {
      throw new InvalidInputException(
          "vectors of "
              + wanted
              + " numbers were asked for, and the model gives "
              + dimensions()
              + "; leave the option out");
    }
    List<Embedding> embedded = embedder.embed(request.getInstructions());
    List<org.springframework.ai.embedding.Embedding> results = new ArrayList<>(embedded.size());
    int tokens = 0;
    for (Embedding each : embedded) {
      results.add(new org.springframework.ai.embedding.Embedding(each.vector(), results.size()));
      tokens += each.tokenCount();
    }
    return new EmbeddingResponse(
        results, new EmbeddingResponseMetadata("parlance", new DefaultUsage(tokens, 0)));
  }

  @Override
  public float[] embed(Document document) {
    String text = getEmbeddingContent(document);
    if (text == null) {
      throw new InvalidInputException(
          "document " + document.getId() + " has no text; media cannot be embedded");
    }
    return embedder.embed(text).vector();
  }

  @Override
  public int dimensions() {
    return embedder.dimension().orElseGet(() -> embedder.embed("a").dimension());
  }
}

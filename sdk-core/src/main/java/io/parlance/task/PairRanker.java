package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.RankedDocument;
import io.parlance.Relevance;
import io.parlance.ScoreFunction;
import io.parlance.TextInput;
import io.parlance.tokenizers.Truncation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Orders documents by their relevance to a query with a cross-encoder, which reads both together.
 * An immutable view on a shared model; each option returns another view. Thread-safe, and nothing
 * to close.
 *
 * <p>The score is what the model's configuration names ({@code activation_fn} of
 * sentence-transformers); else the sigmoid of the logit of models that have one, and the softmax of
 * the relevant class of those that have several. The longer of query and document is cut first
 * where both together exceed what the model takes, which the result tells.
 */
public final class PairRanker extends TextTask<Relevance> {
  private final BoundTask<RankOptions, Relevance> bound;

  PairRanker(BoundTask<RankOptions, Relevance> bound) {
    super(bound);
    this.bound = bound;
  }

  /** Makes scores with this function instead of the usual one. */
  public PairRanker function(ScoreFunction function) {
    return with(options().withFunction(function));
  }

  /**
   * Which of several classes means relevance; the last by default.
   *
   * @param index from 0
   */
  public PairRanker relevantClass(int index) {
    if (index < 0) {
      throw new InvalidInputException("relevant class " + index + " must not be negative");
    }
    return with(options().withRelevantClass(index));
  }

  /** How texts that are too long are cut; see {@link TextClassifier#truncation(Truncation)}. */
  public PairRanker truncation(Truncation truncation) {
    return with(options().withTruncation(options().truncation().withStrategy(truncation)));
  }

  /**
   * Cuts pairs beyond this length.
   *
   * @param tokens special tokens included, at least 1 and at most what the model takes
   */
  public PairRanker maxLength(int tokens) {
    return with(options().withTruncation(options().truncation().withMaxLength(tokens)));
  }

  /** Gives each call at most this time; none by default. */
  public PairRanker timeout(Duration time) {
    return new PairRanker(bound.withTimeout(time));
  }

  private RankOptions options() {
    return bound.options();
  }

  private PairRanker with(RankOptions other) {
    return new PairRanker(bound.with(other));
  }

  /** Loads the model now instead of with the first call. */
  public void load() {
    bound.model().model().use(loaded -> true);
  }

  /** How relevant a document is to a query. */
  public Relevance relevance(String query, String document) {
    return process(pair(query, document, 0));
  }

  /**
   * All documents, the most relevant first; equally relevant ones in the order given.
   *
   * @throws InvalidInputException if the query or a document is null
   */
  public List<RankedDocument> rank(String query, List<String> documents) {
    return ranking(processAll(pairs(query, documents)));
  }

  /**
   * Ranks documents later, each of them a call of its own to the others that wait.
   *
   * @return fails with the exceptions of {@link #rank} and of {@link #submit(TextInput)}; what goes
   *     wrong for one document, or cancelling it, takes all back
   * @throws InvalidInputException if the query or a document is null
   */
  public CompletableFuture<List<RankedDocument>> submit(String query, List<String> documents) {
    List<CompletableFuture<Relevance>> scores =
        pairs(query, documents).stream().map(this::submit).toList();
    CompletableFuture<List<RankedDocument>> ranking = new CompletableFuture<>();
    AtomicInteger missing = new AtomicInteger(scores.size());
    if (scores.isEmpty()) {
      ranking.complete(List.of());
    }
    for (CompletableFuture<Relevance> score : scores) {
      score.whenComplete(
          (relevance, failure) -> {
            if (failure != null) {
              ranking.completeExceptionally(failure);
            } else if (missing.decrementAndGet() == 0) {
              ranking.complete(ranking(scores.stream().map(CompletableFuture::join).toList()));
            }
          });
    }
    ranking.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            scores.forEach(score -> score.cancel(true));
          }
        });
    return ranking;
  }

  private static List<TextInput> pairs(String query, List<String> documents) {
    List<TextInput> pairs = new ArrayList<>(documents.size());
    for (int i = 0; i < documents.size(); i++) {
      pairs.add(pair(query, documents.get(i), i));
    }
    return pairs;
  }

  /** The ranking of documents whose relevance is known, in their order. */
  public static List<RankedDocument> ranking(List<Relevance> scores) {
    List<RankedDocument> ranking = new ArrayList<>(scores.size());
    for (int i = 0; i < scores.size(); i++) {
      ranking.add(new RankedDocument(i, scores.get(i).score(), scores.get(i).truncated()));
    }
    ranking.sort(Comparator.comparingDouble(RankedDocument::score).reversed()); // stable
    return List.copyOf(ranking);
  }

  private static TextInput pair(String query, String document, int index) {
    if (query == null || document == null) {
      throw new InvalidInputException(
          (query == null ? "the query" : "document " + index) + " is null; pass an empty string");
    }
    return TextInput.pair(query, document);
  }
}

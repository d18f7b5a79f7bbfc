package io.parlance.generation;

import io.parlance.FinishReason;
import io.parlance.NlpException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Greedy search, and sampling: sequences that take one token after the other, each by itself. */
final class IndependentSearch extends Search {
  private final List<Running> all = new ArrayList<>();
  private List<Running> running;
  private final float[] scores;
  private final boolean sample;

  IndependentSearch(GenerationRequest request, int vocabulary) {
    super(request, vocabulary);
    int sequences = request.options().get(GenerationOption.NUM_RETURN_SEQUENCES, 1);
    for (int i = 0; i < sequences; i++) {
      all.add(new Running(request, i));
    }
    running = new ArrayList<>(all);
    scores = new float[vocabulary];
    sample = request.options().get(GenerationOption.DO_SAMPLE, false);
  }

  private static final class Running {
    final TokenSequence sequence;
    final RandomDraws draws;
    int parent;
    float[] logProbabilities = {};
    @Nullable FinishReason reason;

    Running(GenerationRequest request, int index) {
      sequence = new TokenSequence(request.prompt());
      draws = new RandomDraws(request.seed(), index);
    }
  }

  @Override
  void advance(RowLogits logits) {
    boolean first = all.get(0).sequence.newTokens() == 0;
    List<Running> next = new ArrayList<>(running.size());
    for (int i = 0; i < running.size(); i++) {
      Running each = running.get(i);
      each.parent = first ? 0 : i;
      read(logits, each.parent, scores);
      extend(each);
      if (each.reason == null) {
        next.add(each);
      }
    }
    running = next;
  }

  private void extend(Running each) {
    GenerationRequest request = request();
    double norm = request.wantsLogProbabilities() ? Distribution.logSumExp(scores) : 0;
    float[] raw = request.wantsLogProbabilities() ? scores.clone() : scores;
    process(scores, each.sequence);
    int token = sample ? draw(each) : Distribution.argmax(scores);
    each.sequence.add(token);
    if (each == all.get(0)) {
      request.listener().accept(token);
    }
    if (request.wantsLogProbabilities()) {
      int length = each.logProbabilities.length;
      each.logProbabilities = Arrays.copyOf(each.logProbabilities, length + 1);
      each.logProbabilities[length] = (float) (raw[token] - norm);
    }
    each.reason = reason(each.sequence);
  }

  private int draw(Running each) {
    double norm = Distribution.logSumExp(scores);
    if (norm == Double.NEGATIVE_INFINITY) {
      throw new NlpException(
          "the logits processors leave no token that could come next; relax bad_words_ids,"
              + " suppress_tokens or what else forbids tokens");
    }
    return Distribution.draw(scores, norm, each.draws.uniform(each.sequence.newTokens(), 0));
  }

  @Override
  TokenSequence sequence(int row) {
    return running.get(row).sequence;
  }

  @Override
  int rows() {
    return running.size();
  }

  @Override
  int parent(int row) {
    return running.get(row).parent;
  }

  @Override
  int token(int row) {
    return running.get(row).sequence.last();
  }

  @Override
  List<GeneratedTokens> results() {
    List<GeneratedTokens> results = new ArrayList<>(all.size());
    for (Running each : all) {
      FinishReason reason = each.reason == null ? FinishReason.TIME : each.reason;
      verify(each.sequence, reason);
      results.add(
          new GeneratedTokens(
              each.sequence.generated(), each.logProbabilities, Double.NaN, reason));
    }
    return results;
  }
}

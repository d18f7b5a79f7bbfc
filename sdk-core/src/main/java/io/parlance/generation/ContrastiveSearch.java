package io.parlance.generation;

import io.parlance.FinishReason;
import io.parlance.NlpException;
import io.parlance.runtime.Decoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Contrastive search (Su et al. 2022, arXiv:2202.06417): of the k likeliest tokens the one whose
 * hidden state is likely and, by {@code penalty_alpha}, unlike the states before it. Each candidate
 * is a row of the next step.
 */
final class ContrastiveSearch extends Search {
  private final TokenSequence sequence;
  private final float alpha;
  private final float[] scores;
  private final float[] probabilities;
  private final TopCandidates candidates;
  private final float[] candidateLogs; // natural logarithms of the model's probabilities
  private final List<float[]> context = new ArrayList<>(); // states of length 1
  private final int stateSize;
  private float[] logProbabilities = {};
  private int chosen;
  private @Nullable FinishReason reason;

  ContrastiveSearch(GenerationRequest request, Decoder decoder) {
    super(request, decoder.vocabularySize());
    sequence = new TokenSequence(request.prompt());
    alpha = request.options().get(GenerationOption.PENALTY_ALPHA, 0.0).floatValue();
    scores = new float[decoder.vocabularySize()];
    probabilities = new float[scores.length];
    int kept = Math.min(request.contrastiveTokens(), scores.length);
    candidates = new TopCandidates(kept);
    candidateLogs = new float[kept];
    stateSize = decoder.stateSize();
  }

  @Override
  boolean wantsStates() {
    return true;
  }

  @Override
  void advance(RowLogits logits) {
    if (context.isEmpty()) {
      for (int i = 0; i < sequence.promptLength(); i++) {
        context.add(state(logits, 0, i));
      }
    } else {
      choose(logits);
    }
    if (reason == null) {
      propose(logits);
    }
  }

  private void choose(RowLogits logits) {
    float best = Float.NEGATIVE_INFINITY;
    float[] bestState = {};
    chosen = 0;
    for (int row = 0; row < candidates.size(); row++) {
      float[] state = state(logits, row, 0);
      float score = (1 - alpha) * candidates.score(row) - alpha * likeness(state);
      if (row == 0 || score > best) {
        best = score;
        bestState = state;
        chosen = row;
      }
    }
    context.add(bestState);
    int token = candidates.token(chosen);
    sequence.add(token);
    request().listener().accept(token);
    if (request().wantsLogProbabilities()) {
      logProbabilities = Arrays.copyOf(logProbabilities, logProbabilities.length + 1);
      logProbabilities[logProbabilities.length - 1] = candidateLogs[chosen];
    }
    reason = reason(sequence);
  }

  /** The highest cosine with a state of the context. */
  private float likeness(float[] state) {
    float highest = Float.NEGATIVE_INFINITY;
    for (float[] other : context) {
      float cosine = 0;
      for (int i = 0; i < stateSize; i++) {
        cosine += other[i] * state[i];
      }
      highest = Math.max(highest, cosine);
    }
    return highest;
  }

  private float[] state(RowLogits logits, int row, int token) {
    float[] state = new float[stateSize];
    logits.state(row, token, state);
    double square = 0;
    for (float value : state) {
      square += (double) value * value;
    }
    float length = (float) Math.sqrt(square);
    for (int i = 0; i < stateSize; i++) {
      state[i] /= length;
    }
    return state;
  }

  private void propose(RowLogits logits) {
    read(logits, chosen, scores);
    double norm = request().wantsLogProbabilities() ? Distribution.logSumExp(scores) : 0;
    float[] raw = request().wantsLogProbabilities() ? scores.clone() : scores;
    process(scores, sequence);
    Distribution.softmax(scores, probabilities);
    candidates.clear();
    for (int token = 0; token < probabilities.length; token++) {
      if (scores[token] != Float.NEGATIVE_INFINITY) { // what is forbidden stays so
        candidates.offer(probabilities[token], 0, token);
      }
    }
    if (candidates.size() == 0) {
      throw new NlpException(
          "the logits processors leave no token that could come next; relax bad_words_ids,"
              + " suppress_tokens or what else forbids tokens");
    }
    for (int i = 0; i < candidates.size(); i++) {
      candidateLogs[i] = (float) (raw[candidates.token(i)] - norm);
    }
  }

  @Override
  int rows() {
    return reason == null ? candidates.size() : 0;
  }

  @Override
  int parent(int row) {
    return chosen;
  }

  @Override
  int token(int row) {
    return candidates.token(row);
  }

  @Override
  TokenSequence sequence(int row) {
    return sequence;
  }

  @Override
  List<GeneratedTokens> results() {
    FinishReason why = reason == null ? FinishReason.TIME : reason;
    verify(sequence, why);
    return List.of(new GeneratedTokens(sequence.generated(), logProbabilities, Double.NaN, why));
  }
}

package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What SpanBERT is pretrained with (Joshi et al. 2020, arXiv:1907.10529, section 3): spans of whole
 * words are hidden, their lengths geometrically distributed; each hidden token is predicted from
 * its own state, and again from the two tokens around its span.
 *
 * @param share the share of tokens that is hidden; 0.15 in the paper
 * @param longest the longest span in words; 10 in the paper
 * @param maximumTargets the most tokens of a span that are predicted from its ends
 * @param maskTokenId the id of the mask token
 * @param padTokenId the id that fills up shorter sequences
 * @param vocabularySize the number of token ids
 */
public record SpanBoundary(
    double share,
    int longest,
    int maximumTargets,
    int maskTokenId,
    int padTokenId,
    int vocabularySize)
    implements PretrainingObjective {

  private static final double PUBLISHED_SHARE = 0.15;
  private static final int PUBLISHED_LONGEST = 10;
  private static final double END = 0.2; // of the geometric distribution
  private static final double MASKED = 0.8;
  private static final double RANDOM = 0.1;

  /** What becomes of a hidden span; 80 % are masked, 10 % random, 10 % kept. */
  public enum Action {
    MASK,
    RANDOM,
    KEEP
  }

  /**
   * A sequence with hidden spans.
   *
   * @param ids the ids that the model gets
   * @param spans the hidden spans, merged where they touch
   */
  @SuppressWarnings("ArrayRecordComponent") // short-lived, never compared
  public record Hidden(int[] ids, List<Span> spans) {

    /** Those between two tokens of the text, whose ends there are states for. */
    public List<Span> bounded(TokenSequence sequence) {
      return spans.stream()
          .filter(
              span ->
                  span.start() > 0
                      && span.end() < sequence.length()
                      && sequence.word(span.start() - 1) != TokenSequence.NO_WORD
                      && sequence.word(span.end()) != TokenSequence.NO_WORD)
          .toList();
    }
  }

  /** Decides about spans. */
  interface Fate {
    Action of(Span span);
  }

  /** As in the paper: 15 % of the tokens, spans of at most 10 words. */
  public static SpanBoundary published(
      int maximumTargets, int maskTokenId, int padTokenId, int vocabularySize) {
    return new SpanBoundary(
        PUBLISHED_SHARE,
        PUBLISHED_LONGEST,
        maximumTargets,
        maskTokenId,
        padTokenId,
        vocabularySize);
  }

  /** The probabilities of spans of 1, 2, ... words. */
  double[] lengths() {
    double[] weights = new double[longest];
    double sum = 0;
    for (int i = 0; i < longest; i++) {
      weights[i] = END * Math.pow(1 - END, i);
      sum += weights[i];
    }
    for (int i = 0; i < longest; i++) {
      weights[i] /= sum;
    }
    return weights;
  }

  /** Hides spans; what and how follows from {@code random} alone. */
  public Hidden hide(TokenSequence sequence, CounterRandom random) {
    CounterRandom fate = random.fork("fate");
    CounterRandom tokens = random.fork("tokens");
    return hide(
        sequence,
        choose(sequence, random.fork("spans")),
        span -> {
          double action = fate.uniform(span.start());
          return action < MASKED
              ? Action.MASK
              : action < MASKED + RANDOM ? Action.RANDOM : Action.KEEP;
        },
        position -> tokens.below(vocabularySize, position));
  }

  /** A random token for a position. */
  interface Draw {
    int at(int position);
  }

  Hidden hide(TokenSequence sequence, boolean[] hidden, Fate fate, Draw draw) {
    int[] ids = sequence.ids();
    List<Span> spans = Span.runs(hidden);
    for (Span span : spans) {
      Action action = fate.of(span);
      for (int i = span.start(); i < span.end(); i++) {
        switch (action) {
          case MASK -> ids[i] = maskTokenId;
          case RANDOM -> ids[i] = draw.at(i);
          case KEEP -> {}
        }
      }
    }
    return new Hidden(ids, spans);
  }

  /** Marks tokens until the share is reached exactly; the last span is cut. */
  private boolean[] choose(TokenSequence sequence, CounterRandom random) {
    int[] places =
        IntStream.range(0, sequence.length())
            .filter(i -> sequence.word(i) != TokenSequence.NO_WORD)
            .toArray();
    int budget = (int) Math.ceil(places.length * share);
    double[] lengths = lengths();
    boolean[] hidden = new boolean[sequence.length()];
    CounterRandom anchors = random.fork("anchors");
    CounterRandom sizes = random.fork("lengths");
    for (int draw = 0, count = 0; count < budget; draw++) {
      int at = places[anchors.below(places.length, draw)];
      if (hidden[at]) {
        continue;
      }
      while (sequence.continuesWord(at)) {
        at--;
      }
      int words = 1 + Span.draw(lengths, sizes.uniform(draw));
      for (int i = at; i < sequence.length() && count < budget; i++) {
        if (i > at && !sequence.continuesWord(i)) {
          words--;
        }
        if (words == 0 || sequence.word(i) == TokenSequence.NO_WORD) {
          break;
        }
        if (!hidden[i]) {
          hidden[i] = true;
          count++;
        }
      }
    }
    return hidden;
  }

  @Override
  public Map<String, Input> inputs() {
    Map<String, Input> inputs = new LinkedHashMap<>(TokenBatch.INPUTS);
    inputs.put("masked_positions", Input.longs("masked"));
    inputs.put("mlm_labels", Input.longs("masked"));
    inputs.put("pairs", Input.longs("batch", "spans", 2));
    inputs.put("span_targets", Input.longs("batch", "spans", maximumTargets));
    return inputs;
  }

  @Override
  public long targets(Map<String, Tensor> batch) {
    return TokenBatch.counted(batch, "mlm_labels");
  }

  @Override
  public Map<String, Tensor> collate(
      List<TokenSequence> sequences, int[] numbers, CounterRandom random) {
    List<Hidden> hidden = new ArrayList<>(sequences.size());
    List<TokenSequence> seen = new ArrayList<>(sequences.size());
    int masked = 0;
    int most = 1; // at least one place, that graphs need not know of none
    for (int row = 0; row < sequences.size(); row++) {
      Hidden each = hide(sequences.get(row), random.fork(numbers[row]));
      hidden.add(each);
      seen.add(sequences.get(row).withIds(each.ids()));
      masked += each.spans().stream().mapToInt(Span::length).sum();
      most = Math.max(most, each.bounded(sequences.get(row)).size());
    }
    Map<String, Tensor> inputs = TokenBatch.pad(seen, padTokenId);
    long length = seen.stream().mapToInt(TokenSequence::length).max().orElse(0);
    Tensor positions = Tensor.allocate(ElementType.INT64, masked);
    Tensor labels = Tensor.allocate(ElementType.INT64, masked);
    LongBuffer where = positions.buffer().asLongBuffer();
    LongBuffer what = labels.buffer().asLongBuffer();
    Tensor pairs = Tensor.allocate(ElementType.INT64, sequences.size(), most, 2);
    Tensor targets = Tensor.allocate(ElementType.INT64, sequences.size(), most, maximumTargets);
    LongBuffer ends = pairs.buffer().asLongBuffer();
    LongBuffer inside = targets.buffer().asLongBuffer();
    for (int row = 0; row < sequences.size(); row++) {
      TokenSequence original = sequences.get(row);
      for (Span span : hidden.get(row).spans()) {
        for (int i = span.start(); i < span.end(); i++) {
          where.put(row * length + i);
          what.put(original.id(i));
        }
      }
      List<Span> bounded = hidden.get(row).bounded(original);
      for (int i = 0; i < most; i++) {
        Span span = i < bounded.size() ? bounded.get(i) : new Span(0, 0);
        ends.put(i < bounded.size() ? span.start() - 1 : 0).put(span.end());
        for (int place = 0; place < maximumTargets; place++) {
          int token = span.start() + place;
          inside.put(token < span.end() ? original.id(token) : Losses.IGNORED);
        }
      }
    }
    inputs.put("masked_positions", positions);
    inputs.put("mlm_labels", labels);
    inputs.put("pairs", pairs);
    inputs.put("span_targets", targets);
    return inputs;
  }
}

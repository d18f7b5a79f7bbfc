package io.parlance.tokenizers.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The Unigram language model of Kudo 2018 (section 3.2), learned as SentencePiece learns it: from
 * many substrings, expectation-maximization finds each one's probability, then the pieces that the
 * text would miss least are dropped, and so on until the vocabulary has its size. Single characters
 * are never dropped.
 *
 * <p>The lattice of all segmentations of all units is built once and thinned out as pieces are
 * dropped.
 */
final class UnigramPieces {
  /**
   * Units beyond this are learned from in parts, so that probabilities of whole units fit a double.
   */
  static final int LONGEST_UNIT = 64;

  /** Substrings to start with, SentencePiece's {@code seed_sentencepiece_size}. */
  private static final int SEEDS = 1_000_000;

  /** Share of the pieces that is kept in one round, SentencePiece's {@code shrinking_factor}. */
  private static final double KEPT = 0.75;

  private static final int ITERATIONS_A_ROUND = 2;

  /** Pieces expected less often are dropped at once, as in SentencePiece. */
  private static final double LEAST_EXPECTED = 0.5;

  /**
   * The pruning stops a little above the size that is wanted and leaves the rest to the
   * probabilities.
   */
  private static final double MARGIN = 1.1;

  /**
   * Every character multiplies weights by e to the power of this, which offsets the usual cost of
   * text (2 to 4 nats a character) and keeps products of many probabilities near 1.
   */
  private static final double CHARACTER_SCALE = 3;

  /** A piece and the natural logarithm of its probability. */
  record Piece(String text, double score) {}

  private final TextUnits units;
  private int size;
  private int[] lengths;
  private int[] occurrences;
  private double[] scores;
  private int[] edgeStarts;
  private int[] edges;

  // Work space for one unit.
  private final double[] forward = new double[LONGEST_UNIT + 1];
  private final double[] backward = new double[LONGEST_UNIT + 1];
  private final int[] bestEdge = new int[LONGEST_UNIT + 1];

  private UnigramPieces(TextUnits units, int longestPiece) {
    this.units = units;
    SeedLattice seeds = SeedLattice.of(units, longestPiece, SEEDS);
    this.size = seeds.size();
    this.lengths = seeds.lengths();
    this.occurrences = seeds.occurrences();
    this.scores = seeds.scores();
    this.edgeStarts = seeds.edgeStarts();
    this.edges = seeds.edges();
  }

  /** The best {@code size} pieces, the most probable first. */
  static List<Piece> learn(TextUnits units, int longestPiece, int size) {
    UnigramPieces pieces = new UnigramPieces(units, longestPiece);
    int wanted = (int) Math.min(Integer.MAX_VALUE, size * MARGIN);
    while (true) {
      for (int i = 0; i < ITERATIONS_A_ROUND; i++) {
        pieces.maximize(pieces.expect());
      }
      if (pieces.size <= wanted) {
        return pieces.best(size);
      }
      int before = pieces.size;
      pieces.prune(Math.max(wanted, (int) (pieces.size * KEPT)));
      if (pieces.size == before) {
        return pieces.best(size);
      }
    }
  }

  /** How often each piece is expected in the text, over all segmentations by their probability. */
  private double[] expect() {
    double[] weights = new double[size];
    for (int piece = 0; piece < size; piece++) {
      weights[piece] = Math.exp(scores[piece] + CHARACTER_SCALE * lengths[piece]);
    }
    double[] expected = new double[size];
    for (int unit = 0; unit < units.size(); unit++) {
      expect(unit, weights, expected);
    }
    return expected;
  }

  private void expect(int unit, double[] weights, double[] expected) {
    int start = units.starts()[unit];
    int length = units.starts()[unit + 1] - start;
    Arrays.fill(forward, 0, length + 1, 0);
    forward[0] = 1;
    for (int i = 0; i < length; i++) {
      for (int edge = edgeStarts[start + i]; edge < edgeStarts[start + i + 1]; edge++) {
        int piece = edges[edge];
        forward[i + lengths[piece]] += forward[i] * weights[piece];
      }
    }
    double total = forward[length];
    if (!(total > Double.MIN_NORMAL && total < Double.MAX_VALUE)) {
      // Beyond the range of a double, which takes dozens of very rare characters in a row: count
      // the best way only.
      double count = units.counts()[unit];
      bestPath(start, length, LONGEST_UNIT + 1);
      for (int i = length; i > 0; i -= lengths[bestEdge[i]]) {
        expected[bestEdge[i]] += count;
      }
      return;
    }
    double factor = units.counts()[unit] / total;
    backward[length] = 1;
    for (int i = length - 1; i >= 0; i--) {
      double sum = 0;
      for (int edge = edgeStarts[start + i]; edge < edgeStarts[start + i + 1]; edge++) {
        int piece = edges[edge];
        double rest = weights[piece] * backward[i + lengths[piece]];
        sum += rest;
        expected[piece] += factor * forward[i] * rest;
      }
      backward[i] = sum;
    }
  }

  /**
   * Probabilities from expectations, by the digamma function as SentencePiece does (a sparse
   * Bayesian prior).
   */
  private void maximize(double[] expected) {
    boolean[] keep = new boolean[size];
    double sum = 0;
    for (int piece = 0; piece < size; piece++) {
      keep[piece] = lengths[piece] == 1 || expected[piece] >= LEAST_EXPECTED;
      if (keep[piece]) {
        expected[piece] = Math.max(expected[piece], LEAST_EXPECTED);
        sum += expected[piece];
      }
    }
    double logSum = digamma(sum);
    for (int piece = 0; piece < size; piece++) {
      scores[piece] = keep[piece] ? digamma(expected[piece]) - logSum : 0;
    }
    retain(keep);
  }

  /**
   * The derivative of the logarithm of the gamma function: recurrence up to 7, then the asymptotic
   * series.
   */
  static double digamma(double x) {
    double result = 0;
    for (; x < 7; x++) {
      result -= 1 / x;
    }
    double shifted = x - 0.5;
    double square = 1 / (shifted * shifted);
    return result
        + Math.log(shifted)
        + square
            * (1.0 / 24 - square * (7.0 / 960 - square * (31.0 / 8064 - square * 127.0 / 30720)));
  }

  /**
   * Keeps the characters and, up to {@code target}, the pieces whose absence would cost most
   * likelihood.
   */
  private void prune(int target) {
    double[] frequency = new double[size];
    double sum = 0;
    for (int unit = 0; unit < units.size(); unit++) {
      int start = units.starts()[unit];
      int length = units.starts()[unit + 1] - start;
      bestPath(start, length, LONGEST_UNIT + 1);
      for (int i = length; i > 0; i -= lengths[bestEdge[i]]) {
        frequency[bestEdge[i]] += units.counts()[unit];
        sum += units.counts()[unit];
      }
    }
    boolean[] keep = new boolean[size];
    double[] losses = new double[size];
    int kept = 0;
    int candidates = 0;
    for (int piece = 0; piece < size; piece++) {
      if (lengths[piece] == 1) {
        keep[piece] = true;
        kept++;
        losses[piece] = Double.NEGATIVE_INFINITY;
        continue;
      }
      losses[piece] = loss(piece, frequency, sum);
      candidates += losses[piece] > Double.NEGATIVE_INFINITY ? 1 : 0;
    }
    int room = Math.max(0, Math.min(target - kept, candidates));
    double[] sorted = losses.clone();
    Arrays.sort(sorted);
    double threshold = room == 0 ? Double.POSITIVE_INFINITY : sorted[size - room];
    int ties = room - (int) Arrays.stream(losses).filter(loss -> loss > threshold).count();
    for (int piece = 0; piece < size; piece++) {
      if (losses[piece] > threshold || (losses[piece] == threshold && room > 0 && ties-- > 0)) {
        keep[piece] = true;
      }
    }
    retain(keep);
  }

  /**
   * Likelihood that is lost if a piece is replaced by its best segmentation; minus infinity if it
   * is not needed.
   */
  private double loss(int piece, double[] frequency, double sum) {
    double own = frequency[piece];
    if (own == 0) {
      return Double.NEGATIVE_INFINITY;
    }
    double alternative = bestPath(occurrences[piece], lengths[piece], lengths[piece]);
    if (alternative > scores[piece]) {
      return Double.NEGATIVE_INFINITY;
    }
    int parts = 0;
    for (int i = lengths[piece]; i > 0; i -= lengths[bestEdge[i]]) {
      parts++;
    }
    // The text without the piece has its parts instead, each of them more often and all of them
    // more tokens.
    double logSum = Math.log(sum + own * (parts - 1));
    double replaced = 0;
    for (int i = lengths[piece]; i > 0; i -= lengths[bestEdge[i]]) {
      replaced += Math.log(frequency[bestEdge[i]] + own) - logSum;
    }
    return own * (Math.log(own) - Math.log(sum) - replaced);
  }

  /**
   * The most probable segmentation of a stretch of text into pieces shorter than {@code
   * shorterThan}: its score; {@link #bestEdge} has the piece that ends at each position.
   */
  private double bestPath(int start, int length, int shorterThan) {
    Arrays.fill(backward, 0, length + 1, Double.NEGATIVE_INFINITY);
    backward[0] = 0;
    for (int i = 0; i < length; i++) {
      for (int edge = edgeStarts[start + i]; edge < edgeStarts[start + i + 1]; edge++) {
        int piece = edges[edge];
        int end = i + lengths[piece];
        if (end > length || lengths[piece] >= shorterThan) {
          continue;
        }
        double score = backward[i] + scores[piece];
        if (score > backward[end]) {
          backward[end] = score;
          bestEdge[end] = piece;
        }
      }
    }
    return backward[length];
  }

  /** Drops pieces and their edges. */
  private void retain(boolean[] keep) {
    int[] renumbered = new int[size];
    int count = 0;
    for (int piece = 0; piece < size; piece++) {
      renumbered[piece] = keep[piece] ? count : -1;
      if (keep[piece]) {
        lengths[count] = lengths[piece];
        occurrences[count] = occurrences[piece];
        scores[count++] = scores[piece];
      }
    }
    size = count;
    int written = 0;
    int read = 0;
    for (int position = 0; position + 1 < edgeStarts.length; position++) {
      int end = edgeStarts[position + 1];
      edgeStarts[position] = written;
      for (; read < end; read++) {
        int piece = renumbered[edges[read]];
        if (piece >= 0) {
          edges[written++] = piece;
        }
      }
    }
    edgeStarts[edgeStarts.length - 1] = written;
  }

  private List<Piece> best(int limit) {
    List<Piece> characters = new ArrayList<>();
    List<Piece> others = new ArrayList<>();
    for (int piece = 0; piece < size; piece++) {
      String text = new String(units.text(), occurrences[piece], lengths[piece]);
      (lengths[piece] == 1 ? characters : others).add(new Piece(text, scores[piece]));
    }
    if (characters.size() > limit) {
      throw new IllegalArgumentException(
          "vocabulary size is too small: the alphabet of the texts has "
              + characters.size()
              + " characters, but there is room for "
              + limit
              + " beside the special tokens; raise it or lower the character coverage");
    }
    others.sort(UnigramPieces::compare);
    List<Piece> best = new ArrayList<>(characters);
    best.addAll(others.subList(0, Math.min(others.size(), limit - characters.size())));
    best.sort(UnigramPieces::compare);
    return best;
  }

  private static int compare(Piece a, Piece b) {
    int byScore = Double.compare(b.score(), a.score());
    return byScore != 0 ? byScore : a.text().compareTo(b.text());
  }
}

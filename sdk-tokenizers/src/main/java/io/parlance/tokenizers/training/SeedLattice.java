package io.parlance.tokenizers.training;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The pieces that Unigram training starts with and all their places in the text.
 *
 * @param size number of pieces
 * @param lengths characters of each piece
 * @param occurrences one position of each piece in the text
 * @param scores natural logarithm of each piece's share of all pieces
 * @param edgeStarts where the pieces that start at each position begin in {@code edges}, and last
 *     the end
 * @param edges pieces by the position where they start
 */
record SeedLattice(
    int size, int[] lengths, int[] occurrences, double[] scores, int[] edgeStarts, int[] edges) {

  /** All characters and the most promising substrings. */
  static SeedLattice of(TextUnits units, int longestPiece, int limit) {
    Builder builder = new Builder(units);
    builder.addCharacters();
    FrequentSubstrings.visit(units, longestPiece, limit, builder::add);
    return builder.build();
  }

  private static final class Builder {
    private final TextUnits units;
    private final int[] edgeCounts;
    private int size;
    private int[] lengths = new int[1024];
    private int[] occurrences = new int[1024];
    private double[] scores = new double[1024];

    // One entry an edge, in the order of the pieces.
    private int edgeCount;
    private int[] edgePositions = new int[1024];
    private int[] edgePieces = new int[1024];

    Builder(TextUnits units) {
      this.units = units;
      this.edgeCounts = new int[units.text().length];
    }

    void addCharacters() {
      int[] text = units.text();
      Map<Integer, Long> frequency = new TreeMap<>();
      for (int unit = 0; unit < units.size(); unit++) {
        for (int i = units.starts()[unit]; i < units.starts()[unit + 1]; i++) {
          frequency.merge(text[i], units.counts()[unit], Long::sum);
        }
      }
      Map<Integer, Integer> pieces = new TreeMap<>();
      frequency.forEach((character, count) -> pieces.put(character, addPiece(1, count)));
      for (int i = 0; i < text.length; i++) {
        addEdge(pieces.getOrDefault(text[i], 0), i);
      }
    }

    void add(int length, long score, int[] positions, int from, int to) {
      int piece = addPiece(length, score);
      for (int i = from; i < to; i++) {
        addEdge(piece, positions[i]);
      }
    }

    private int addPiece(int length, double score) {
      if (size == lengths.length) {
        lengths = Arrays.copyOf(lengths, size * 2);
        occurrences = Arrays.copyOf(occurrences, size * 2);
        scores = Arrays.copyOf(scores, size * 2);
      }
      lengths[size] = length;
      scores[size] = score;
      return size++;
    }

    private void addEdge(int piece, int position) {
      if (edgeCount == edgePieces.length) {
        int grown = (int) Math.min(Integer.MAX_VALUE - 8L, edgeCount * 2L);
        edgePieces = Arrays.copyOf(edgePieces, grown);
        edgePositions = Arrays.copyOf(edgePositions, grown);
      }
      edgePositions[edgeCount] = position;
      edgePieces[edgeCount++] = piece;
      edgeCounts[position]++;
      occurrences[piece] = position;
    }

    SeedLattice build() {
      int[] starts = new int[edgeCounts.length + 1];
      for (int position = 0; position < edgeCounts.length; position++) {
        starts[position + 1] = starts[position] + edgeCounts[position];
      }
      int[] edges = new int[edgeCount];
      int[] next = starts.clone();
      for (int i = 0; i < edgeCount; i++) {
        edges[next[edgePositions[i]]++] = edgePieces[i];
      }
      double logSum = Math.log(Arrays.stream(scores, 0, size).sum());
      for (int piece = 0; piece < size; piece++) {
        scores[piece] = Math.log(scores[piece]) - logSum;
      }
      return new SeedLattice(size, lengths, occurrences, scores, starts, edges);
    }
  }
}

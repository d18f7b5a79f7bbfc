package io.parlance.generation.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a vocabulary by their bytes: a trie whose nodes are numbered in preorder, so that
 * walking it is going through arrays, and leaving out a subtree a jump. Immutable.
 */
final class TokenTrie {
  private final byte[] labels;
  private final short[] depths;
  private final int[] skips; // where it goes on without the subtree
  private final int[] from; // place of a node's first token
  private final int[] to; // after the place of its last
  private final int[] tokens;
  private final int maximumDepth;

  private TokenTrie(List<Entry> sorted) {
    int most = sorted.stream().mapToInt(entry -> entry.bytes.length).sum();
    byte[] label = new byte[most];
    short[] depth = new short[most];
    from = new int[most];
    to = new int[most];
    tokens = new int[sorted.size()];
    int nodes = 0;
    byte[] previous = {};
    for (int i = 0; i < tokens.length; i++) {
      byte[] bytes = sorted.get(i).bytes;
      int common = Arrays.mismatch(previous, bytes);
      for (int j = common < 0 ? bytes.length : common; j < bytes.length; j++) {
        label[nodes] = bytes[j];
        depth[nodes] = (short) j;
        from[nodes] = i;
        to[nodes] = i;
        nodes++;
      }
      tokens[i] = sorted.get(i).token;
      to[nodes - 1] = i + 1; // sorted: a token ends at the newest node
      previous = bytes;
    }
    labels = Arrays.copyOf(label, nodes);
    depths = Arrays.copyOf(depth, nodes);
    skips = new int[nodes];
    maximumDepth = sorted.stream().mapToInt(entry -> entry.bytes.length).max().orElse(0);
    int[] path = new int[maximumDepth];
    int open = 0; // nodes on the path whose subtree is not complete
    for (int node = 0; node < nodes; node++) {
      while (open > depths[node]) {
        skips[path[--open]] = node;
      }
      path[open++] = node;
    }
    while (open > 0) {
      skips[path[--open]] = nodes;
    }
  }

  private record Entry(byte[] bytes, int token) {}

  /**
   * Of the tokens that have bytes.
   *
   * @param size one more than the highest token
   * @param bytes of a token; null or none to leave it out
   */
  static TokenTrie of(int size, IntFunction<byte @Nullable []> bytes) {
    List<Entry> entries = new ArrayList<>(size);
    for (int token = 0; token < size; token++) {
      byte[] each = bytes.apply(token);
      if (each != null && each.length > 0 && each.length < Short.MAX_VALUE) {
        entries.add(new Entry(each, token));
      }
    }
    entries.sort((a, b) -> Arrays.compareUnsigned(a.bytes, b.bytes));
    return new TokenTrie(entries);
  }

  int nodes() {
    return labels.length;
  }

  int label(int node) {
    return labels[node] & 0xFF;
  }

  /** Bytes before that of a node. */
  int depth(int node) {
    return depths[node];
  }

  /** The node after a node's subtree. */
  int skip(int node) {
    return skips[node];
  }

  /** Place of the first token that ends at a node. */
  int tokensFrom(int node) {
    return from[node];
  }

  /** Place after the last token that ends at a node. */
  int tokensTo(int node) {
    return to[node];
  }

  int token(int place) {
    return tokens[place];
  }

  /** Bytes of the longest token. */
  int maximumDepth() {
    return maximumDepth;
  }
}

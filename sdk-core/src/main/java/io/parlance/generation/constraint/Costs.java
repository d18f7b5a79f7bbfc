package io.parlance.generation.constraint;

import io.parlance.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens it takes at most to get from each node of a grammar to the end of its rule, along
 * the way that takes fewest when no token goes beyond the end of a rule or the beginning of a call.
 */
final class Costs {
  /** There is no way with these tokens. */
  static final int NEVER = 1 << 20;

  /** Steps through the trie in total, after which only single bytes are looked at. */
  private static final long MOST_STEPS = 20_000_000;

  /** Byte values from which on looking at all tokens is not worth it where the end is near. */
  private static final int MANY_BYTES = 16;

  private static final int NEAR = 4;

  private final Grammar grammar;
  private final TokenTrie trie;
  private final int[] costs;
  private final int[][] targets; // nodes that one token leads to
  private final int[] byteTokens; // 1 where a byte is a token
  private final int[] @Nullable [] open; // what a node reaches without a byte
  private long steps;

  private Costs(Grammar grammar, TokenTrie trie) {
    this.grammar = grammar;
    this.trie = trie;
    costs = new int[grammar.size()];
    targets = new int[grammar.size()][];
    open = new int[grammar.size()][];
    byteTokens = new int[256];
    for (int node = 0; node < trie.nodes(); node = trie.skip(node)) {
      byteTokens[trie.label(node)] = trie.tokensTo(node) > trie.tokensFrom(node) ? 1 : 0;
    }
  }

  /**
   * Of each node; {@link #NEVER} where the vocabulary cannot spell any way.
   *
   * @throws InvalidInputException if the grammar is too large for a vocabulary without bytes
   */
  static int[] of(Grammar grammar, TokenTrie trie) {
    Costs costs = new Costs(grammar, trie);
    boolean everyByte = Arrays.stream(costs.byteTokens).sum() == costs.byteTokens.length;
    Arrays.fill(costs.costs, NEVER);
    Arrays.fill(costs.targets, new int[0]);
    if (everyByte) {
      costs.byteTargets();
      costs.settle();
    }
    costs.findTargets(everyByte);
    costs.settle();
    return costs.costs;
  }

  private void byteTargets() {
    for (int node = 0; node < targets.length; node++) {
      int[] edges = grammar.edges(node);
      targets[node] = new int[edges.length / 3];
      for (int i = 0; i < targets[node].length; i++) {
        targets[node][i] = edges[3 * i + 2];
      }
    }
  }

  private boolean isNearlyDone(int node) {
    int values = 0;
    int[] edges = grammar.edges(node);
    for (int i = 0; i < edges.length; i += 3) {
      values += edges[i + 1] - edges[i] + 1;
    }
    return values >= MANY_BYTES && costs[node] <= NEAR;
  }

  private void findTargets(boolean everyByte) {
    Set<Integer> found = new HashSet<>();
    for (int node = 0; node < targets.length; node++) {
      found.clear();
      if (grammar.edges(node).length == 0) {
        continue;
      }
      if (everyByte && (steps >= MOST_STEPS || isNearlyDone(node))) {
        continue; // what single bytes make possible is known
      }
      if (steps < MOST_STEPS) {
        walk(node, 0, trie.nodes(), found);
      } else {
        throw new InvalidInputException(
            "the constraint is too large for a vocabulary that has no tokens for single bytes;"
                + " lower its lengths and counts");
      }
      targets[node] = found.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /** Follows the edges of a node with the trie's nodes of one level. */
  private void walk(int node, int from, int to, Set<Integer> found) {
    int[] edges = grammar.edges(node);
    for (int i = 0; i < edges.length; i += 3) {
      for (int each = from; each < to; each = trie.skip(each)) {
        steps++;
        int label = trie.label(each);
        if (label < edges[i] || label > edges[i + 1]) {
          continue;
        }
        if (trie.tokensTo(each) > trie.tokensFrom(each)) {
          found.add(edges[i + 2]);
        }
        if (trie.skip(each) > each + 1) {
          for (int next : open(edges[i + 2])) {
            walk(next, each + 1, trie.skip(each), found);
          }
        }
      }
    }
  }

  /** A node and those that it reaches without a byte. */
  private int[] open(int node) {
    int[] known = open[node];
    if (known != null) {
      return known;
    }
    Set<Integer> reached = new HashSet<>();
    List<Integer> next = new ArrayList<>(List.of(node));
    while (!next.isEmpty()) {
      int each = next.remove(next.size() - 1);
      if (reached.add(each)) {
        for (int target : grammar.silent(each)) {
          next.add(target);
        }
      }
    }
    open[node] = reached.stream().mapToInt(Integer::intValue).toArray();
    return open[node];
  }

  private void settle() {
    boolean changed = true;
    for (boolean upwards = false; changed; upwards = !upwards) {
      changed = false;
      for (int i = 0; i < costs.length; i++) {
        int node = upwards ? i : costs.length - 1 - i;
        int cost = cost(node);
        changed |= cost < costs[node];
        costs[node] = Math.min(costs[node], cost);
      }
    }
  }

  private int cost(int node) {
    if (grammar.ends(node)) {
      return 0;
    }
    int cost = NEVER;
    for (int target : grammar.silent(node)) {
      cost = Math.min(cost, costs[target]);
    }
    for (int target : targets[node]) {
      cost = Math.min(cost, 1 + costs[target]);
    }
    int called = grammar.called(node);
    if (called != Grammar.NONE) {
      cost = Math.min(cost, costs[grammar.start(called)] + costs[grammar.returns(node)]);
    }
    return Math.min(cost, NEVER);
  }
}

package io.parlance.generation.constraint;

import dk.brics.automaton.Automaton;
import dk.brics.automaton.State;
import dk.brics.automaton.Transition;
import io.parlance.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A set of texts, as bytes of UTF-8: rules that may call each other, each a nondeterministic
 * automaton. From a node go edges that read a byte, edges that read nothing, and at most one call
 * of a rule with the node to go on at. Immutable.
 */
final class Grammar {
  static final int NONE = -1;

  private final int[][] edges; // of each node: lowest byte, highest byte, target, ...
  private final int[][] silent; // of each node: targets without a byte
  private final int[] called;
  private final int[] returns;
  private final boolean[] ends;
  private final int[] starts; // of each rule

  private Grammar(Builder builder) {
    int size = builder.edges.size();
    edges = new int[size][];
    silent = new int[size][];
    called = new int[size];
    returns = new int[size];
    ends = new boolean[size];
    for (int node = 0; node < size; node++) {
      edges[node] = builder.edges.get(node).toArray();
      silent[node] = builder.silent.get(node).toArray();
      int[] call = builder.calls.get(node);
      called[node] = call == null ? NONE : call[0];
      returns[node] = call == null ? NONE : call[1];
      ends[node] = builder.ends.contains(node);
    }
    starts = builder.starts.toArray();
    refuseEndlessCalls();
  }

  int size() {
    return edges.length;
  }

  /** Where the first rule begins, which is the whole text. */
  int start() {
    return starts[0];
  }

  int start(int rule) {
    return starts[rule];
  }

  int[] edges(int node) {
    return edges[node];
  }

  int[] silent(int node) {
    return silent[node];
  }

  /** The rule that a node calls, or {@link #NONE}. */
  int called(int node) {
    return called[node];
  }

  /** Where it goes on after the call. */
  int returns(int node) {
    return returns[node];
  }

  /** Whether a rule can end at a node. */
  boolean ends(int node) {
    return ends[node];
  }

  /** Whether nothing but the end of its rule is at a node. */
  boolean onlyEnds(int node) {
    return ends[node]
        && edges[node].length == 0
        && silent[node].length == 0
        && called[node] == NONE;
  }

  /** Rules that reach themselves before a byte is read would be called for ever. */
  private void refuseEndlessCalls() {
    int[] seen = new int[starts.length]; // 1 on the way, 2 done
    for (int rule = 0; rule < starts.length; rule++) {
      follow(rule, seen);
    }
  }

  private void follow(int rule, int[] seen) {
    if (seen[rule] == 2) {
      return;
    }
    if (seen[rule] == 1) {
      throw new InvalidInputException(
          "the schema refers to itself without an object or an array between");
    }
    seen[rule] = 1;
    List<Integer> open = new ArrayList<>(List.of(starts[rule]));
    for (int i = 0; i < open.size(); i++) {
      int node = open.get(i);
      for (int target : silent[node]) {
        if (!open.contains(target)) {
          open.add(target);
        }
      }
      if (called[node] != NONE) {
        follow(called[node], seen); // no rule is empty, so what follows the call is not reached
      }
    }
    seen[rule] = 2;
  }

  /** Puts a grammar together; the first rule is the whole text. */
  static final class Builder {
    /** More nodes than this would take more memory than any constraint is worth. */
    private static final int MOST_NODES = 400_000;

    private final List<Ints> edges = new ArrayList<>();
    private final List<Ints> silent = new ArrayList<>();
    private final Map<Integer, int[]> calls = new HashMap<>();
    private final java.util.Set<Integer> ends = new java.util.HashSet<>();
    private final Ints starts = new Ints();

    int node() {
      if (edges.size() >= MOST_NODES) {
        throw new InvalidInputException(
            "the constraint is too large: it needs more than "
                + MOST_NODES
                + " states; lower its lengths and counts");
      }
      edges.add(new Ints());
      silent.add(new Ints());
      return edges.size() - 1;
    }

    /** A new rule, empty yet; its number. */
    int rule() {
      starts.add(node());
      return starts.size - 1;
    }

    int start(int rule) {
      return starts.values[rule];
    }

    /** Marks where a rule can end. */
    void end(int node) {
      ends.add(node);
    }

    void silent(int from, int to) {
      silent.get(from).add(to);
    }

    void bytes(int from, int lowest, int highest, int to) {
      Ints list = edges.get(from);
      list.add(lowest);
      list.add(highest);
      list.add(to);
    }

    /** Calls a rule; the node where it goes on. */
    int call(int from, int rule) {
      int at = from;
      if (calls.containsKey(at) || !edges.get(at).isEmpty()) {
        at = node();
        silent(from, at);
      }
      int to = node();
      calls.put(at, new int[] {rule, to});
      return to;
    }

    /** Reads a text; the node after it. */
    int literal(int from, String text) {
      int at = from;
      for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
        int to = node();
        bytes(at, each & 0xFF, each & 0xFF, to);
        at = to;
      }
      return at;
    }

    /** Reads what an automaton over bytes accepts; the node after it. */
    int automaton(int from, Automaton automaton) {
      automaton.expandSingleton();
      Map<State, Integer> nodes = new HashMap<>();
      for (State state : automaton.getStates()) {
        nodes.put(state, node());
      }
      int to = node();
      nodes.forEach(
          (state, node) -> {
            for (Transition each : state.getTransitions()) {
              int dest = Objects.requireNonNull(nodes.get(each.getDest()));
              bytes(node, each.getMin(), Math.min(0xFF, each.getMax()), dest);
            }
            if (state.isAccept()) {
              silent(node, to);
            }
          });
      silent(from, Objects.requireNonNull(nodes.get(automaton.getInitialState())));
      return to;
    }

    Grammar build() {
      return new Grammar(this);
    }
  }

  /** A list of numbers that grows. */
  static final class Ints {
    private int[] values = new int[3];
    private int size;

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = value;
    }

    boolean isEmpty() {
      return size == 0;
    }

    int[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}

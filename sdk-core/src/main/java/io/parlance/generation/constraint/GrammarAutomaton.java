package io.parlance.generation.constraint;

import io.parlance.generation.constraint.ConstraintState.Frame;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A deterministic automaton over bytes that is built from a grammar while it is walked. What it
 * remembers is bounded: when there is too much, all is forgotten but what texts in progress hold.
 * Thread-safe.
 */
final class GrammarAutomaton {
  /** No text goes on from here. */
  static final ConstraintState DEAD = new ConstraintState(new Frame[0], false);

  /** About 1 KB each. */
  private static final int MOST_STATES = 30_000;

  private static final long MOST_MASK_BYTES = 64L << 20;

  private final Grammar grammar;
  private final int[] costs;
  private final AtomicLong maskBytes = new AtomicLong();
  private volatile Memory memory = new Memory();
  private volatile ConstraintState start;

  GrammarAutomaton(Grammar grammar, int[] costs) {
    this.grammar = grammar;
    this.costs = costs;
    this.start = first();
  }

  private record FrameKey(int node, @Nullable Frame caller) {}

  private record StateKey(Set<Frame> frames, boolean accepting) {}

  /** What is the same object when it is equal. */
  private static final class Memory {
    final Map<FrameKey, Frame> frames = new ConcurrentHashMap<>();
    final Map<StateKey, ConstraintState> states = new ConcurrentHashMap<>();
  }

  /** Before the first byte. */
  ConstraintState start() {
    return start;
  }

  private ConstraintState first() {
    Collector collector = new Collector(memory);
    collector.visit(grammar.start(), null);
    return collector.state();
  }

  /** The state after a byte; {@link #DEAD} where no text has it here. */
  ConstraintState step(ConstraintState state, int label) {
    ConstraintState known = state.known(label);
    if (known == null) {
      known = compute(state, label);
      state.remember(label, known);
    }
    return known;
  }

  private ConstraintState compute(ConstraintState state, int label) {
    Collector collector = new Collector(memory);
    for (Frame frame : state.frames()) {
      int[] edges = grammar.edges(frame.node());
      for (int i = 0; i < edges.length; i += 3) {
        if (edges[i] <= label && label <= edges[i + 1]) {
          collector.visit(edges[i + 2], frame.caller());
        }
      }
    }
    return collector.state();
  }

  /** Hears of a token that may come next, with the state after it. */
  interface Visitor {
    void token(int token, ConstraintState next);
  }

  /** Visits all tokens that may come next. */
  void walk(ConstraintState from, TokenTrie trie, Visitor visitor) {
    ConstraintState[] path = new ConstraintState[trie.maximumDepth() + 1];
    path[0] = from;
    int node = 0;
    while (node < trie.nodes()) {
      int depth = trie.depth(node);
      ConstraintState next = step(path[depth], trie.label(node));
      if (next == DEAD) {
        node = trie.skip(node);
        continue;
      }
      path[depth + 1] = next;
      for (int place = trie.tokensFrom(node); place < trie.tokensTo(node); place++) {
        visitor.token(trie.token(place), next);
      }
      node++;
    }
  }

  /** Counts a mask that a state remembers from now on. */
  void count(TokenMask mask) {
    if (maskBytes.addAndGet(mask.bytes()) > MOST_MASK_BYTES) {
      forget();
    }
  }

  private synchronized void forget() {
    memory = new Memory();
    maskBytes.set(0);
    start = first();
  }

  /** Gathers the frames of one state: what nodes reach without a byte. */
  private final class Collector {
    private final Memory shared;
    private final Set<Frame> seen = new HashSet<>();
    private final Set<Frame> reading = new HashSet<>();
    private final List<Frame> open = new ArrayList<>();
    private boolean accepting;

    Collector(Memory shared) {
      this.shared = shared;
    }

    void visit(int node, @Nullable Frame caller) {
      add(frame(node, caller));
      while (!open.isEmpty()) {
        expand(open.remove(open.size() - 1));
      }
    }

    private void add(Frame frame) {
      if (seen.add(frame)) {
        open.add(frame);
      }
    }

    private Frame frame(int node, @Nullable Frame caller) {
      int need = Math.min(Costs.NEVER, costs[node] + (caller == null ? 0 : caller.need()));
      return shared.frames.computeIfAbsent(
          new FrameKey(node, caller), key -> new Frame(node, caller, need));
    }

    private void expand(Frame frame) {
      int node = frame.node();
      Frame caller = frame.caller();
      if (grammar.edges(node).length > 0) {
        reading.add(frame);
      }
      for (int target : grammar.silent(node)) {
        add(frame(target, caller));
      }
      int called = grammar.called(node);
      if (called != Grammar.NONE) {
        int back = grammar.returns(node);
        // a call at the end of a rule needs no place to come back to, so lists stay flat
        Frame inner = grammar.onlyEnds(back) ? caller : frame(back, caller);
        add(frame(grammar.start(called), inner));
      }
      if (grammar.ends(node)) {
        if (caller == null) {
          accepting = true;
        } else {
          add(caller);
        }
      }
    }

    ConstraintState state() {
      if (reading.isEmpty() && !accepting) {
        return DEAD;
      }
      StateKey key = new StateKey(reading, accepting);
      ConstraintState state =
          shared.states.computeIfAbsent(
              key, k -> new ConstraintState(reading.toArray(new Frame[0]), accepting));
      if (shared.states.size() > MOST_STATES && shared == memory) {
        forget();
      }
      return state;
    }
  }
}

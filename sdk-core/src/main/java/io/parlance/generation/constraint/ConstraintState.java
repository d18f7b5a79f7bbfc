package io.parlance.generation.constraint;

import org.jspecify.annotations.Nullable;

/**
 * Where a text is in a constraint: everything that matters for what may come next. Immutable but
 * for what is remembered on the way; thread-safe.
 */
public final class ConstraintState {
  private final Frame[] frames;
  private final boolean accepting;
  private final @Nullable ConstraintState[] next = new ConstraintState[256];
  private volatile int need;
  private volatile @Nullable TokenMask mask;

  ConstraintState(Frame[] frames, boolean accepting) {
    this.frames = frames;
    this.accepting = accepting;
    int least = accepting ? 0 : Costs.NEVER;
    for (Frame frame : frames) {
      least = Math.min(least, frame.need());
    }
    this.need = least;
  }

  /** A node of the grammar in a call, with the calls around it; equal ones are the same object. */
  static final class Frame {
    private final int node;
    private final @Nullable Frame caller;
    private final int need;

    Frame(int node, @Nullable Frame caller, int need) {
      this.node = node;
      this.caller = caller;
      this.need = need;
    }

    int node() {
      return node;
    }

    /** Where it goes on when the rule of this node ends; null in the outermost rule. */
    @Nullable Frame caller() {
      return caller;
    }

    /** Tokens to the end of the whole text at most. */
    int need() {
      return need;
    }
  }

  Frame[] frames() {
    return frames;
  }

  /** Whether the text can end here. */
  public boolean isAccepting() {
    return accepting;
  }

  /** Whether the text can only end here. */
  public boolean isComplete() {
    return accepting && frames.length == 0;
  }

  /** Tokens that surely suffice to end the text. */
  int need() {
    return need;
  }

  /** A shorter way was found. */
  void lowerNeed(int tokens) {
    need = Math.min(need, tokens);
  }

  /** The state after a byte, where it was computed already; racing threads find equal ones. */
  @Nullable ConstraintState known(int label) {
    return next[label];
  }

  void remember(int label, ConstraintState state) {
    next[label] = state;
  }

  @Nullable TokenMask mask() {
    return mask;
  }

  void remember(TokenMask computed) {
    mask = computed;
  }
}

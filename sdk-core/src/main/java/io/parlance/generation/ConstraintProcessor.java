package io.parlance.generation;

import io.parlance.FinishReason;
import io.parlance.NlpException;
import io.parlance.generation.constraint.ConstraintState;
import io.parlance.generation.constraint.TokenConstraint;

/**
 * Holds sequences to a constraint: leaves only tokens after which the text still can be completed
 * within the length. It comes after all processors that forbid tokens, and wins over them; those
 * that choose among the likeliest come after it.
 */
final class ConstraintProcessor implements LogitsProcessor {
  private final TokenConstraint constraint;
  private final boolean atBeginning;
  private final int start; // tokens before the constrained text
  private final int maxLength;
  private final int[] endTokens;
  private final float[] raw;
  private final float[] kept;

  /**
   * For the sequences of one search.
   *
   * @param limits what the text is held to
   * @param vocabulary scores of a step
   */
  ConstraintProcessor(ConstraintLimits limits, GenerationRequest request, int vocabulary) {
    constraint = limits.constraint();
    atBeginning = limits.atBeginning();
    start = request.prompt().length + limits.skipped();
    maxLength = request.maxLength();
    endTokens = request.endTokens();
    raw = new float[vocabulary];
    kept = new float[vocabulary];
  }

  /** What remembers the scores before any other processor. */
  LogitsProcessor remembering() {
    return (scores, sequence) -> System.arraycopy(scores, 0, raw, 0, raw.length);
  }

  @Override
  public void process(float[] scores, TokenSequence sequence) {
    if (sequence.length() >= start) {
      constraint.restrict(
          state(sequence),
          atBeginning && sequence.length() == start,
          maxLength - sequence.length(),
          scores,
          raw,
          kept,
          endTokens);
    }
  }

  /** Where a sequence is. */
  private ConstraintState state(TokenSequence sequence) {
    ConstraintState state = sequence.constraintState();
    int from = sequence.constraintLength();
    if (state == null) {
      state = constraint.start();
      from = start;
    }
    for (int i = from; i < sequence.length(); i++) {
      state = constraint.next(state, sequence.at(i), atBeginning && i == start);
    }
    sequence.constraintState(state, Math.max(from, sequence.length()));
    return state;
  }

  /** Whether nothing can be added to a sequence any more. */
  boolean isComplete(TokenSequence sequence) {
    return sequence.length() >= start && state(sequence).isComplete();
  }

  /**
   * Makes sure that a sequence that is finished conforms; one that time has cut need not.
   *
   * @throws NlpException if it does not, which would be a fault of this class
   */
  void verify(TokenSequence sequence, FinishReason reason) {
    if (reason == FinishReason.TIME) {
      return;
    }
    TokenSequence text = sequence.copy();
    if (reason == FinishReason.END_TOKEN) {
      text.shorten(text.length() - 1);
    }
    if (text.length() < start || !state(text).isAccepting()) {
      throw new NlpException(
          "an answer that ended with " + reason + " does not conform to its constraint");
    }
  }
}

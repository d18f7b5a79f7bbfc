package io.parlance.generation;

import io.parlance.FinishReason;
import org.jspecify.annotations.Nullable;

/** Ends sequences by more than their length and the end token. */
public interface StopCondition {
  /** Never ends anything. */
  StopCondition NEVER = generated -> null;

  /**
   * Asked after each token.
   *
   * @param generated the tokens after the prompt so far, at least one
   * @return why the sequence ends now, or null while it goes on
   */
  @Nullable FinishReason check(int[] generated);

  /** Ends what this or another condition ends; this is asked first. */
  default StopCondition or(StopCondition other) {
    return generated -> {
      FinishReason reason = check(generated);
      return reason == null ? other.check(generated) : reason;
    };
  }
}

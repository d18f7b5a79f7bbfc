package io.parlance;

/** Why a generated sequence ended. */
public enum FinishReason {
  /** The model ended it with one of its end tokens. */
  END_TOKEN,
  /** It has as many tokens as were allowed, or as the model's positions allow. */
  LENGTH,
  /** It contains a text that was to end it. */
  STOP_STRING,
  /** The time that was set for it is over; the only case in which it may miss its constraint. */
  TIME,
  /** A condition of the caller holds, or a constraint leaves nothing to add. */
  CONDITION
}

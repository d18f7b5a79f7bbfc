package io.parlance.generation;

/** When beam search has enough finished sequences, as {@code early_stopping} says it. */
public enum EarlyStopping {
  /** When as many are finished as there are beams. */
  TRUE,
  /** When no running beam would beat the worst finished one if it ended now. */
  FALSE,
  /** When no running beam can beat the worst finished one, however long it gets. */
  NEVER
}

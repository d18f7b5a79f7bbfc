package io.parlance;

/** What turns the outputs of a classification model into scores. */
public enum ScoreFunction {
  /** Probabilities of labels that exclude each other; they sum to 1. */
  SOFTMAX,
  /** A probability for each label by itself. */
  SIGMOID,
  /** The outputs as they are: for regression. */
  NONE
}

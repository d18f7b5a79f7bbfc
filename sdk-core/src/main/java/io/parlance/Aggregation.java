package io.parlance;

/**
 * How the tokens of a text become entities, as {@code aggregation_strategy} of the token
 * classification pipeline of transformers has it. All but {@link #NONE} join neighbours of one
 * label; {@link #FIRST}, {@link #AVERAGE} and {@link #MAX} decide per word first, so that no entity
 * ends within a word.
 */
public enum Aggregation {
  /** Each token by itself, with its full label ({@code B-PER}). */
  NONE,
  /** Neighbouring tokens of one label are one entity. */
  SIMPLE,
  /** A word has the label of its first token. */
  FIRST,
  /** A word has the label whose score is the greatest on average over its tokens. */
  AVERAGE,
  /** A word has the label of its token with the greatest score. */
  MAX
}

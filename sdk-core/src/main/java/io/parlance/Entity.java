package io.parlance;

/**
 * A part of a text that names something.
 *
 * @param entity what it names: the group, such as {@code PER}, or with {@link Aggregation#NONE} the
 *     token's label, such as {@code B-PER}
 * @param score probability; the mean over the tokens or words that were joined
 * @param start first UTF-16 unit in the caller's text
 * @param end UTF-16 unit after the last
 * @param text the text from start to end
 * @param word as the tokenizer's decoder spells the tokens (often lower-cased, or with a leading
 *     space); the token itself with {@link Aggregation#NONE}
 * @param index place of the token among those of its window, special tokens included, with {@link
 *     Aggregation#NONE}; else {@link #NO_INDEX}
 */
public record Entity(
    String entity, double score, int start, int end, String text, String word, int index) {
  /** The index of an entity that was joined from tokens. */
  public static final int NO_INDEX = -1;
}

package io.parlance.task;

/**
 * A token, a word or an entity with its label.
 *
 * @param label of a token or word as the model names it, of an entity the group
 * @param score its probability
 * @param start first UTF-16 unit in the text
 * @param end UTF-16 unit after the last
 * @param word as the tokenizer spells it
 * @param index place of a token in its window, else {@link io.parlance.Entity#NO_INDEX}
 */
record TaggedSpan(String label, float score, int start, int end, String word, int index) {}

package io.parlance.cache;

/**
 * What a cache did since it was made.
 *
 * @param hits questions that were answered from memory, or by waiting for an equal question in
 *     progress
 * @param misses questions that were computed
 * @param evictions results that were dropped to make room or because of their age
 * @param entries results in memory now
 * @param bytes their estimated heap
 */
public record CacheStatistics(long hits, long misses, long evictions, long entries, long bytes) {
  /** Share of questions that were hits, 0 before the first. */
  public double hitRate() {
    long questions = hits + misses;
    return questions == 0 ? 0 : (double) hits / questions;
  }
}

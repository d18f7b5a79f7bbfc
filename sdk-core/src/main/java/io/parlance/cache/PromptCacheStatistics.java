package io.parlance.cache;

/**
 * What a prompt cache did since its model was loaded.
 *
 * @param prompts prompts that were looked up
 * @param hits those of which some tokens were known
 * @param promptTokens tokens of all these prompts
 * @param reusedTokens those that were not computed again
 * @param evictions pieces that were dropped to make room or because of their age
 * @param entries pieces in memory now, of up to {@link PromptCache#PIECE} tokens each
 * @param bytes native memory that they take
 */
public record PromptCacheStatistics(
    long prompts,
    long hits,
    long promptTokens,
    long reusedTokens,
    long evictions,
    long entries,
    long bytes) {
  /** Before the first prompt. */
  public static final PromptCacheStatistics NONE = new PromptCacheStatistics(0, 0, 0, 0, 0, 0, 0);

  /** Share of prompts of which some tokens were known, 0 before the first. */
  public double hitRate() {
    return prompts == 0 ? 0 : (double) hits / prompts;
  }

  /** Share of tokens that were not computed again, 0 before the first. */
  public double reuseRate() {
    return promptTokens == 0 ? 0 : (double) reusedTokens / promptTokens;
  }
}

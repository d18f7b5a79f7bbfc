package io.parlance;

import io.parlance.cache.CacheStatistics;
import io.parlance.cache.PromptCacheStatistics;

/**
 * What an {@link Nlp} did since it was made.
 *
 * @param cache the result cache
 * @param promptCache what the generator reused of prompts
 * @param loadedModels models in memory now
 */
public record NlpStatistics(
    CacheStatistics cache, PromptCacheStatistics promptCache, int loadedModels) {}

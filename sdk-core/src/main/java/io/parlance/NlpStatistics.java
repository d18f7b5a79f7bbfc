package io.parlance;

import io.parlance.cache.CacheStatistics;

/**
 * What an {@link Nlp} did since it was made.
 *
 * @param cache the result cache
 * @param loadedModels models in memory now
 */
public record NlpStatistics(CacheStatistics cache, int loadedModels) {}

package io.parlance.spring.cache;

import io.parlance.spring.NlpInstances;
import io.parlance.spring.ParlanceAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.cache.CacheManager;
import org.springframework.context.annotation.Bean;

/**
 * Shows the caches of results as Spring's, so that its endpoint lists and empties them. The bean is
 * no default candidate: it must not become the cache manager of {@code @Cacheable} methods.
 */
@AutoConfiguration(after = ParlanceAutoConfiguration.class)
@ConditionalOnClass(CacheManager.class)
@ConditionalOnBean(NlpInstances.class)
public final class ParlanceCacheAutoConfiguration {
  @Bean(defaultCandidate = false)
  @ConditionalOnMissingBean(name = "parlanceCacheManager")
  NlpCacheManager parlanceCacheManager(NlpInstances instances) {
    return new NlpCacheManager(instances);
  }
}

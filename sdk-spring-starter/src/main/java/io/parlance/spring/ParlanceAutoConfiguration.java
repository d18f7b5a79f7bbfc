package io.parlance.spring;

import io.parlance.Execution;
import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Gives an application one {@link Nlp} with the models that {@link ParlanceProperties} name, unless
 * it has its own. Models are loaded with the first call that needs them.
 */
@AutoConfiguration
@EnableConfigurationProperties(ParlanceProperties.class)
public final class ParlanceAutoConfiguration {

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  Nlp nlp(ParlanceProperties properties) {
    Nlp.Builder builder =
        Nlp.builder().execution(execution(properties)).cache(cache(properties.cache()));
    if (properties.classifier() != null) {
      builder.classifier(properties.classifier());
    }
    return builder.build();
  }

  private static Execution execution(ParlanceProperties properties) {
    Execution execution = Execution.parse(properties.execution());
    return properties.threads() == null ? execution : execution.threads(properties.threads());
  }

  private static CachePolicy cache(ParlanceProperties.Cache cache) {
    CachePolicy policy = CachePolicy.maximumBytes(cache.maximumSize().toBytes());
    return cache.expireAfterWrite() == null
        ? policy
        : policy.expireAfterWrite(cache.expireAfterWrite());
  }
}

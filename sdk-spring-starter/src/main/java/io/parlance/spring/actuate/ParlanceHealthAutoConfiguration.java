package io.parlance.spring.actuate;

import io.parlance.spring.NlpInstances;
import io.parlance.spring.NlpInstances.Instance;
import io.parlance.spring.ParlanceAutoConfiguration;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/**
 * The health {@code parlance}, with a part for each instance where there are several. {@code
 * management.health.parlance.enabled=false} turns it off.
 */
@AutoConfiguration(
    after = ParlanceAutoConfiguration.class,
    before = HealthContributorAutoConfiguration.class)
@ConditionalOnClass(HealthContributor.class)
@ConditionalOnBean(NlpInstances.class)
public final class ParlanceHealthAutoConfiguration {
  @Bean
  @ConditionalOnEnabledHealthIndicator("parlance")
  @ConditionalOnMissingBean(name = "parlanceHealthContributor")
  HealthContributor parlanceHealthContributor(NlpInstances instances) {
    Map<String, Instance> all = instances.all();
    return all.size() == 1
        ? new NlpHealthIndicator(all.values().iterator().next())
        : CompositeHealthContributor.fromMap(all, NlpHealthIndicator::new);
  }
}

package io.parlance.spring.actuate;

import io.parlance.spring.NlpInstances;
import io.parlance.spring.ParlanceAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * The endpoint {@code parlance} where it is exposed, and the models in the endpoint {@code info}.
 */
@AutoConfiguration(after = ParlanceAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(NlpInstances.class)
public final class ParlanceActuatorAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnAvailableEndpoint
  ParlanceEndpoint parlanceEndpoint(NlpInstances instances) {
    return new ParlanceEndpoint(instances);
  }

  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnEnabledInfoContributor("parlance")
  ParlanceInfoContributor parlanceInfoContributor(NlpInstances instances) {
    return new ParlanceInfoContributor(instances);
  }
}

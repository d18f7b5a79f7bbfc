package io.parlance.spring.observation;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.parlance.spring.NlpBuilderCustomizer;
import io.parlance.spring.NlpInstances;
import io.parlance.spring.ParlanceAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Observes every instance where there is a {@link MeterRegistry}. */
@AutoConfiguration(
    after = {
      ParlanceAutoConfiguration.class,
      CompositeMeterRegistryAutoConfiguration.class,
      ObservationAutoConfiguration.class
    })
@ConditionalOnClass({MeterRegistry.class, ObservationRegistry.class})
@ConditionalOnBean({NlpInstances.class, MeterRegistry.class})
public final class ParlanceObservationAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean(name = "parlanceObservationCustomizer")
  NlpBuilderCustomizer parlanceObservationCustomizer(
      ObjectProvider<ObservationRegistry> observations,
      ObjectProvider<CallObservationConvention> convention,
      MeterRegistry meters) {
    ObservationRegistry registry = observations.getIfUnique(() -> timersOnly(meters));
    CallObservationConvention names =
        convention.getIfUnique(() -> CallObservationConvention.DEFAULT);
    return (instance, builder) ->
        builder.listener(new MeteredActivity(instance, registry, names, meters));
  }

  /** Without Spring Boot's observations a call is a timer all the same. */
  private static ObservationRegistry timersOnly(MeterRegistry meters) {
    ObservationRegistry registry = ObservationRegistry.create();
    registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
    return registry;
  }

  @Bean
  @ConditionalOnMissingBean(name = "parlanceInstanceMeters")
  InstanceMeters parlanceInstanceMeters(NlpInstances instances) {
    return new InstanceMeters(instances);
  }
}

package io.parlance.spring;

import io.parlance.Nlp;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Scope;

/**
 * Gives an application one {@link Nlp} with the models that {@link ParlanceProperties} name, unless
 * it has its own, and one for each named instance, by its name as qualifier.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "parlance.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ParlanceProperties.class)
@Import(NlpInstanceRegistrar.class)
@ImportRuntimeHints(ParlanceRuntimeHints.class)
public final class ParlanceAutoConfiguration {
  /** By then {@link NlpLifecycle} has waited for the calls in flight as long as it may. */
  static final String DESTROY = "closeNow";

  @Bean(NlpInstanceRegistrar.FACTORY)
  NlpFactory nlpFactory(
      ParlanceProperties properties, ObjectProvider<NlpBuilderCustomizer> customizers) {
    return new NlpFactory(properties, customizers.orderedStream().toList());
  }

  @Bean
  NlpInstances nlpInstances(ListableBeanFactory beans, NlpFactory factory) {
    return new NlpInstances(beans, factory);
  }

  @Bean
  NlpLifecycle nlpLifecycle(NlpInstances instances, NlpFactory factory) {
    return new NlpLifecycle(instances, factory);
  }

  /** For an {@code Nlp} of the application's own that differs in something only. */
  @Bean
  @Scope("prototype")
  @ConditionalOnMissingBean
  Nlp.Builder nlpBuilder(NlpFactory factory) {
    return factory.builder(NlpInstances.DEFAULT);
  }

  @Bean(destroyMethod = DESTROY)
  @ConditionalOnMissingBean
  Nlp nlp(NlpFactory factory) {
    return factory.create(NlpInstances.DEFAULT);
  }
}

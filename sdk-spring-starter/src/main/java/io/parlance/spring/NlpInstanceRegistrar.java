package io.parlance.spring;

import io.parlance.Nlp;
import java.util.Map;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Registers an {@link Nlp} bean for each of {@code parlance.instances}. They are no default
 * candidates: who asks for an {@code Nlp} without a qualifier gets none of them.
 */
final class NlpInstanceRegistrar implements ImportBeanDefinitionRegistrar {
  static final String FACTORY = "parlanceNlpFactory";

  private final Environment environment;

  NlpInstanceRegistrar(Environment environment) {
    this.environment = environment;
  }

  @Override
  public void registerBeanDefinitions(
      AnnotationMetadata importer, BeanDefinitionRegistry registry) {
    BindResult<Map<String, ParlanceProperties>> instances =
        Binder.get(environment)
            .bind("parlance.instances", Bindable.mapOf(String.class, ParlanceProperties.class));
    if (!instances.isBound()) {
      return;
    }
    instances
        .get()
        .forEach(
            (instance, properties) -> {
              boolean wanted = !Boolean.FALSE.equals(properties.enabled());
              if (wanted && !registry.containsBeanDefinition(beanName(instance))) {
                registry.registerBeanDefinition(beanName(instance), definition(instance));
              }
            });
  }

  private static String beanName(String instance) {
    return instance + "Nlp";
  }

  private static RootBeanDefinition definition(String instance) {
    RootBeanDefinition definition = new RootBeanDefinition(Nlp.class);
    definition.setFactoryBeanName(FACTORY);
    definition.setFactoryMethodName("create");
    definition.getConstructorArgumentValues().addIndexedArgumentValue(0, instance);
    definition.setDestroyMethodName(ParlanceAutoConfiguration.DESTROY);
    definition.setDefaultCandidate(false);
    definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, instance));
    return definition;
  }
}

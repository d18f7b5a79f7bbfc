package io.parlance.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.Nlp;
import io.parlance.spring.actuate.ParlanceActuatorAutoConfiguration;
import io.parlance.spring.actuate.ParlanceHealthAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.util.unit.DataSize;

/** What Spring generates ahead of time starts, with the same beans. */
class AheadOfTimeTest {
  private static final TestPropertyValues PROPERTIES =
      TestPropertyValues.of(
          "management.endpoints.web.exposure.include=parlance",
          "parlance.cache.maximum-size=1MB",
          "parlance.instances.support.classifier=" + ParlanceAutoConfigurationTest.STARTER);

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({
    ParlanceAutoConfiguration.class,
    ParlanceHealthAutoConfiguration.class,
    ParlanceActuatorAutoConfiguration.class
  })
  static class Application {
    @Bean
    Both both(Nlp nlp, @Qualifier("support") Nlp support) {
      return new Both(nlp, support);
    }
  }

  record Both(Nlp nlp, Nlp support) {}

  @Test
  @CompileWithForkedClassLoader // what is generated reaches classes of our package
  void theGeneratedContextHasTheSameBeans() {
    TestGenerationContext generation = new TestGenerationContext();
    try (AnnotationConfigApplicationContext source = new AnnotationConfigApplicationContext()) {
      PROPERTIES.applyTo(source);
      source.register(Application.class);
      var initializer = new ApplicationContextAotGenerator().processAheadOfTime(source, generation);
      generation.writeGeneratedContent();
      RuntimeHints hints = generation.getRuntimeHints();
      assertThat(RuntimeHintsPredicates.reflection().onType(ParlanceProperties.class))
          .accepts(hints);
      assertThat(RuntimeHintsPredicates.reflection().onType(ParlanceProperties.Cache.class))
          .accepts(hints);
      assertThat(
              RuntimeHintsPredicates.resource()
                  .forResource("META-INF/parlance/starter-models.properties"))
          .accepts(hints);
      assertThat(
              RuntimeHintsPredicates.resource()
                  .forResource("io/parlance/models/starter/classifier/model.onnx"))
          .accepts(hints);
      TestCompiler.forSystem()
          .with(generation)
          .compile(
              compiled -> {
                try (GenericApplicationContext context = new GenericApplicationContext()) {
                  PROPERTIES.applyTo(context);
                  initialize(
                      compiled.getInstance(
                          ApplicationContextInitializer.class, initializer.toString()),
                      context);
                  context.refresh();
                  Both both = context.getBean(Both.class);
                  assertThat(both.nlp()).isNotSameAs(both.support());
                  assertThat(context.getBean(NlpInstances.class).all())
                      .containsOnlyKeys("default", "support");
                  assertThat(context.getBean(ParlanceProperties.class).cache().maximumSize())
                      .isEqualTo(DataSize.ofMegabytes(1));
                  assertThat(context.containsBean("parlanceEndpoint")).isTrue();
                }
              });
    }
  }

  @SuppressWarnings({"rawtypes", "unchecked"})
  private static void initialize(
      ApplicationContextInitializer initializer, GenericApplicationContext context) {
    initializer.initialize(context);
  }
}

package io.parlance.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.Classification;
import io.parlance.DeadlineExceededException;
import io.parlance.ModelNotFoundException;
import io.parlance.Nlp;
import io.parlance.runtime.NativeHandles;
import io.parlance.task.ModelHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

class ParlanceAutoConfigurationTest {
  static final String STARTER = "classpath:io/parlance/models/starter/classifier";
  private static final String TEXT = "I was charged twice this month";

  private final long handlesBefore = NativeHandles.live();
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(ParlanceAutoConfiguration.class));

  @AfterEach
  void everythingIsFreed() {
    assertThat(NativeHandles.live()).isEqualTo(handlesBefore);
  }

  @Test
  void anApplicationGetsAnNlpWithTheStarterModel() {
    application.run(
        context -> {
          assertThat(context).hasSingleBean(Nlp.class);
          Nlp nlp = context.getBean(Nlp.class);
          assertThat(nlp.statistics().loadedModels()).isZero();
          try (Nlp plain = Nlp.create()) {
            assertThat(nlp.classify(TEXT)).isEqualTo(plain.classify(TEXT));
          }
        });
  }

  @Test
  void disabledThereIsNothing() {
    application
        .withPropertyValues("parlance.enabled=false", "parlance.instances.a.classifier=b")
        .run(context -> assertThat(context).doesNotHaveBean(Nlp.class));
  }

  @Test
  void theApplicationsOwnNlpWins() {
    Nlp own = Nlp.create();
    application
        .withBean("own", Nlp.class, () -> own)
        .run(
            context -> {
              assertThat(context).hasSingleBean(Nlp.class);
              assertThat(context.getBean(Nlp.class)).isSameAs(own);
              assertThat(context.getBean(NlpInstances.class).all())
                  .containsExactly(
                      java.util.Map.entry("own", new NlpInstances.Instance(own, null)));
            });
    own.close();
  }

  @Configuration
  static class OwnNlp {
    @Bean
    Nlp special(Nlp.Builder builder) {
      return builder.classifier(STARTER).build();
    }
  }

  @Test
  void theConfiguredBuilderServesTheApplicationsOwnNlp() {
    application
        .withUserConfiguration(OwnNlp.class)
        .withPropertyValues("parlance.cache.maximum-size=0")
        .run(
            context -> {
              assertThat(context).hasSingleBean(Nlp.class);
              Nlp nlp = context.getBean(Nlp.class);
              nlp.classify(List.of(TEXT, TEXT));
              assertThat(nlp.statistics().cache().entries()).isZero();
              NlpInstances.Instance instance =
                  context.getBean(NlpInstances.class).all().get("special");
              assertThat(instance.activity().task("classifier").calls()).isEqualTo(1);
            });
  }

  @Configuration
  static class Customizers {
    private final List<String> called = new ArrayList<>();

    @Bean
    @Order(2)
    NlpBuilderCustomizer second() {
      return (instance, builder) -> {
        called.add("second " + instance);
        builder.timeout(Duration.ofNanos(1));
      };
    }

    @Bean
    @Order(1)
    NlpBuilderCustomizer first() {
      return (instance, builder) -> called.add("first " + instance);
    }
  }

  @Test
  void customizersAreCalledInTheirOrderAfterTheProperties() {
    application
        .withUserConfiguration(Customizers.class)
        .withPropertyValues("parlance.timeout=1h", "parlance.instances.support.enabled=true")
        .run(
            context -> {
              assertThat(context.getBean(Customizers.class).called)
                  .containsExactlyInAnyOrder(
                      "first default", "second default", "first support", "second support")
                  .containsSubsequence("first default", "second default")
                  .containsSubsequence("first support", "second support");
              assertThatThrownBy(() -> context.getBean(Nlp.class).classify(TEXT))
                  .isInstanceOf(DeadlineExceededException.class);
            });
  }

  @Configuration
  static class TwoInstances {
    @Bean
    String labels(Nlp nlp, @Qualifier("support") Nlp support, @Qualifier("legal-team") Nlp legal) {
      return nlp.models().get(0).task() + " " + (nlp != support) + " " + (support != legal);
    }
  }

  @Test
  void namedInstancesAreInjectedByQualifier() {
    application
        .withUserConfiguration(TwoInstances.class)
        .withPropertyValues(
            "parlance.instances.support.classifier=" + STARTER,
            "parlance.instances.legal-team.classifier=no/such/model",
            "parlance.instances.absent.enabled=false")
        .run(
            context -> {
              assertThat(context.getBean("labels")).isEqualTo("classifier true true");
              assertThat(context.getBean(NlpInstances.class).all())
                  .containsOnlyKeys("default", "support", "legal-team");
              Nlp support = context.getBean("supportNlp", Nlp.class);
              assertThat(context.getBean(Nlp.class)).isNotSameAs(support);
              Classification result = support.classify(TEXT);
              assertThat(result).isEqualTo(context.getBean(Nlp.class).classify(TEXT));
              assertThatThrownBy(() -> context.getBean("legal-teamNlp", Nlp.class).classify(TEXT))
                  .isInstanceOf(ModelNotFoundException.class)
                  .hasMessageContaining("no/such/model");
            });
  }

  @Test
  void anInstanceTakesTheCommonSettingsButNotTheModels() {
    application
        .withPropertyValues(
            "parlance.classifier=no/such/model",
            "parlance.timeout=1ns",
            "parlance.instances.a.timeout=1h",
            "parlance.instances.b.classifier=" + STARTER)
        .run(
            context -> {
              Nlp a = context.getBean("aNlp", Nlp.class);
              assertThat(a.classify(TEXT).labels()).isNotEmpty(); // starter model, own timeout
              assertThatThrownBy(() -> context.getBean("bNlp", Nlp.class).classify(TEXT))
                  .isInstanceOf(DeadlineExceededException.class);
            });
  }

  @Test
  void anApplicationsOwnBeanStandsForAnInstance() {
    Nlp own = Nlp.create();
    application
        .withBean("supportNlp", Nlp.class, () -> own)
        .withPropertyValues("parlance.instances.support.classifier=" + STARTER)
        .run(context -> assertThat(context.getBean("supportNlp")).isSameAs(own));
    own.close();
  }

  @Test
  void closingTheApplicationClosesEveryNlp() {
    List<Nlp> all = new ArrayList<>();
    application
        .withPropertyValues("parlance.instances.support.startup=load")
        .run(
            context -> {
              all.add(context.getBean(Nlp.class));
              all.add(context.getBean("supportNlp", Nlp.class));
              assertThat(all.get(0).statistics().loadedModels()).isZero();
              assertThat(all.get(1).models()).isNotEmpty().allMatch(ModelHandle::isLoaded);
            });
    for (Nlp nlp : all) {
      assertThatThrownBy(() -> nlp.classify("a")).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void theApplicationMayStartAgainInTheSameProcess() {
    for (int i = 0; i < 3; i++) {
      application
          .withPropertyValues("parlance.startup=warm-up")
          .run(context -> assertThat(context.getBean(Nlp.class).classify(TEXT)).isNotNull());
    }
  }

  @Test
  void lazyBeansWarmUpAllTheSame() {
    application
        .withPropertyValues("parlance.startup=warm-up")
        .withInitializer(
            context ->
                context.addBeanFactoryPostProcessor(
                    new org.springframework.boot.LazyInitializationBeanFactoryPostProcessor()))
        .run(
            context ->
                assertThat(context.getBean(Nlp.class).models())
                    .isNotEmpty()
                    .allMatch(ModelHandle::isLoaded));
  }
}

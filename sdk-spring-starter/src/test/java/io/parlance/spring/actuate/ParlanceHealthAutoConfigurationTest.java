package io.parlance.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.InvalidInputException;
import io.parlance.Nlp;
import io.parlance.NlpException;
import io.parlance.spring.ParlanceAutoConfiguration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class ParlanceHealthAutoConfigurationTest {
  private static final String NAME = "parlanceHealthContributor";

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  ParlanceAutoConfiguration.class, ParlanceHealthAutoConfiguration.class));

  @SuppressWarnings("unchecked")
  private static Map<String, Object> model(Health health, String task) {
    return ((Map<String, Map<String, Object>>) health.getDetails().get("models")).get(task);
  }

  @Test
  void aModelThatNobodyNeededYetIsHealthy() {
    application.run(
        context -> {
          Health health = context.getBean(NAME, HealthIndicator.class).health();
          assertThat(health.getStatus()).isEqualTo(Status.UP);
          assertThat(model(health, "classifier"))
              .containsEntry("loaded", false)
              .containsEntry("source", "classpath:io/parlance/models/starter/classifier")
              .doesNotContainKeys("lastInference", "error");
          context.getBean(Nlp.class).classify("I was charged twice");
          health = context.getBean(NAME, HealthIndicator.class).health();
          assertThat(model(health, "classifier"))
              .containsEntry("loaded", true)
              .containsKey("lastInference");
        });
  }

  @Test
  void aModelThatCannotBeLoadedIsNotUntilItWorks() {
    application
        .withPropertyValues("parlance.embedder=no/such/model")
        .run(
            context -> {
              HealthIndicator indicator = context.getBean(NAME, HealthIndicator.class);
              Nlp nlp = context.getBean(Nlp.class);
              assertThatThrownBy(() -> nlp.embed("a")).isInstanceOf(NlpException.class);
              nlp.classify("a");
              Health health = indicator.health();
              assertThat(health.getStatus()).isEqualTo(Status.DOWN);
              assertThat(model(health, "embedder").get("error"))
                  .asString()
                  .contains("ModelNotFoundException", "no/such/model");
              assertThat(model(health, "classifier")).doesNotContainKey("error");
              assertThat(health.getDetails().get("diagnostics")).asString().isNotEmpty();
            });
  }

  @Test
  void wrongInputIsNoFaultOfTheModel() {
    application.run(
        context -> {
          Nlp nlp = context.getBean(Nlp.class);
          assertThatThrownBy(() -> nlp.classifier().maxLength(1_000_000).classify("a"))
              .isInstanceOf(InvalidInputException.class);
          Health health = context.getBean(NAME, HealthIndicator.class).health();
          assertThat(health.getStatus()).isEqualTo(Status.UP);
        });
  }

  @Test
  void severalInstancesAreSeveralParts() {
    application
        .withPropertyValues("parlance.instances.support.classifier=x")
        .run(
            context -> {
              HealthContributor all = context.getBean(NAME, HealthContributor.class);
              assertThat(all).isInstanceOf(CompositeHealthContributor.class);
              CompositeHealthContributor parts = (CompositeHealthContributor) all;
              assertThat(parts.getContributor("default")).isNotNull();
              assertThat(parts.getContributor("support")).isNotNull();
            });
  }

  @Test
  void theApplicationsOwnNlpIsLookedAtToo() {
    try (Nlp own = Nlp.create()) {
      application
          .withBean(Nlp.class, () -> own)
          .run(
              context -> {
                Health health = context.getBean(NAME, HealthIndicator.class).health();
                assertThat(model(health, "classifier")).containsEntry("loaded", false);
              });
    }
  }

  @Test
  void itCanBeTurnedOff() {
    application
        .withPropertyValues("management.health.parlance.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(NAME));
  }

  @Test
  void withoutParlanceThereIsNone() {
    application
        .withPropertyValues("parlance.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(NAME));
  }

  @Test
  void withoutTheHealthModuleThereIsNone() {
    application
        .withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
        .run(context -> assertThat(context).hasSingleBean(Nlp.class).doesNotHaveBean(NAME));
  }

  @Test
  void theApplicationsOwnWins() {
    HealthIndicator own = () -> Health.up().build();
    application
        .withBean(NAME, HealthContributor.class, () -> own)
        .run(context -> assertThat(context.getBean(NAME)).isSameAs(own));
  }
}

package io.parlance.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.ModelNotFoundException;
import io.parlance.Nlp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

class ParlanceAutoConfigurationTest {

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(ParlanceAutoConfiguration.class));

  @Test
  void anApplicationGetsOneNlpWithDefaults() {
    application.run(
        context -> {
          assertThat(context).hasSingleBean(Nlp.class);
          assertThat(context.getBean(ParlanceProperties.class))
              .isEqualTo(
                  new ParlanceProperties(
                      null,
                      "cpu",
                      null,
                      new ParlanceProperties.Cache(DataSize.ofMegabytes(16), null)));
        });
  }

  @Test
  void propertiesAreBound() {
    application
        .withPropertyValues(
            "parlance.classifier=no/such/model",
            "parlance.threads=2",
            "parlance.cache.maximum-size=1MB",
            "parlance.cache.expire-after-write=5m")
        .run(
            context -> {
              assertThat(context.getBean(ParlanceProperties.class))
                  .isEqualTo(
                      new ParlanceProperties(
                          "no/such/model",
                          "cpu",
                          2,
                          new ParlanceProperties.Cache(
                              DataSize.ofMegabytes(1), Duration.ofMinutes(5))));
              Nlp nlp = context.getBean(Nlp.class);
              assertThatThrownBy(() -> nlp.classify("a"))
                  .isInstanceOf(ModelNotFoundException.class)
                  .hasMessageContaining("no/such/model");
            });
  }

  @Test
  void aWrongValueStopsTheStartWithItsReason() {
    application
        .withPropertyValues("parlance.execution=gpu")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("execution 'gpu' is unknown"));
  }

  @Test
  void theApplicationsOwnNlpWins() {
    Nlp own = Nlp.create();
    application
        .withBean("own", Nlp.class, () -> own)
        .run(context -> assertThat(context.getBean(Nlp.class)).isSameAs(own));
  }

  @Test
  void closingTheApplicationClosesTheNlp() {
    List<Nlp> nlp = new ArrayList<>();
    application.run(context -> nlp.add(context.getBean(Nlp.class)));
    assertThatThrownBy(() -> nlp.get(0).classify("a")).isInstanceOf(IllegalStateException.class);
  }
}

package io.parlance.spring.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.parlance.Classification;
import io.parlance.Nlp;
import io.parlance.NlpException;
import io.parlance.runtime.NativeHandles;
import io.parlance.spring.NlpBuilderCustomizer;
import io.parlance.spring.ParlanceAutoConfiguration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class ParlanceObservationAutoConfigurationTest {
  private static final String TEXT = "I was charged twice";

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ApplicationContextRunner bare =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  ParlanceAutoConfiguration.class, ParlanceObservationAutoConfiguration.class));
  private final ApplicationContextRunner application =
      bare.withBean(MeterRegistry.class, () -> meters);

  @Test
  void aCallIsTimedWithItsParts() {
    application.run(
        context -> {
          Nlp nlp = context.getBean(Nlp.class);
          Classification result = nlp.classify(TEXT);
          assertThat(
                  meters
                      .get("parlance.call")
                      .tag("parlance.instance", "default")
                      .tag("parlance.task", "classifier")
                      .tag("parlance.mode", "sync")
                      .tag("error", "none")
                      .timer()
                      .count())
              .isEqualTo(1);
          for (String part : List.of("tokenization", "inference")) {
            assertThat(
                    meters
                        .get("parlance.call." + part)
                        .tag("parlance.instance", "default")
                        .tag("parlance.task", "classifier")
                        .timer()
                        .totalTime(TimeUnit.NANOSECONDS))
                .as(part)
                .isPositive();
          }
          assertThat(meters.get("parlance.call.queue").timer().count()).isEqualTo(1);
          assertThat(meters.get("parlance.call.tokens").summary().totalAmount())
              .isEqualTo(result.tokenCount());
          assertThat(meters.get("parlance.run").timer().count()).isEqualTo(1);
          assertThat(meters.get("parlance.run.rows").summary().max()).isEqualTo(1);
          assertThat(meters.get("parlance.run.tokens").summary().totalAmount())
              .isEqualTo(result.tokenCount());
          assertThat(meters.get("parlance.run.padding").summary().totalAmount()).isZero();
          assertThat(meters.get("parlance.model.load").tag("error", "none").timer().count())
              .isEqualTo(1);

          nlp.classify(TEXT); // remembered
          assertThat(meters.get("parlance.call").timer().count()).isEqualTo(2);
          assertThat(meters.get("parlance.call.inference").timer().count()).isEqualTo(1);

          nlp.async().classify("something else").join();
          assertThat(meters.get("parlance.call").tag("parlance.mode", "async").timer().count())
              .isEqualTo(1);
        });
  }

  @Test
  void failuresAreTold() {
    application
        .withPropertyValues("parlance.instances.x.ranker=no/such/model")
        .run(
            context -> {
              Nlp nlp = context.getBean("xNlp", Nlp.class);
              assertThatThrownBy(() -> nlp.rank("a", List.of("b")))
                  .isInstanceOf(NlpException.class);
              assertThat(
                      meters
                          .get("parlance.call")
                          .tag("parlance.instance", "x")
                          .tag("error", "ModelNotFoundException")
                          .timer()
                          .count())
                  .isEqualTo(1);
              assertThat(
                      meters
                          .get("parlance.model.load")
                          .tag("error", "ModelNotFoundException")
                          .timer()
                          .count())
                  .isEqualTo(1);
            });
  }

  private double loaded(String instance) {
    return meters.get("parlance.models.loaded").tag("parlance.instance", instance).gauge().value();
  }

  @Test
  void gaugesReadModelsHandlesQueueAndCache() {
    application
        .withPropertyValues("parlance.instances.support.startup=load")
        .run(
            context -> {
              context.getBean(InstanceMeters.class).bindTo(meters);
              context.getBean(Nlp.class).classify(List.of(TEXT, "b", TEXT));
              assertThat(meters.get("parlance.native.handles").gauge().value())
                  .isEqualTo(NativeHandles.live())
                  .isPositive();
              assertThat(loaded("default")).isEqualTo(1);
              assertThat(loaded("support"))
                  .isEqualTo(context.getBean("supportNlp", Nlp.class).models().size());
              assertThat(
                      meters
                          .get("parlance.calls.waiting")
                          .tag("parlance.instance", "default")
                          .tag("parlance.task", "classifier")
                          .gauge()
                          .value())
                  .isZero();
              assertThat(cacheGets("hit")).isEqualTo(1);
              assertThat(cacheGets("miss")).isEqualTo(2);
              assertThat(meters.get("cache.size").tag("cache", "default").gauge().value())
                  .isEqualTo(2);
              assertThat(meters.get("cache.weight").tag("cache", "default").gauge().value())
                  .isEqualTo(context.getBean(Nlp.class).statistics().cache().bytes());
            });
  }

  private double cacheGets(String result) {
    return meters
        .get("cache.gets")
        .tag("cache", "default")
        .tag("cache.manager", "parlance")
        .tag("result", result)
        .functionCounter()
        .count();
  }

  @Test
  void aCallIsAnObservationBelowTheCurrentOne() {
    TestObservationRegistry observations = TestObservationRegistry.create();
    application
        .withBean(ObservationRegistry.class, () -> observations)
        .run(
            context -> {
              Nlp nlp = context.getBean(Nlp.class);
              Observation outer = Observation.start("outer", observations);
              Classification result = outer.scoped(() -> nlp.async().classify(TEXT)).join();
              outer.stop();
              TestObservationRegistryAssert.assertThat(observations)
                  .hasObservationWithNameEqualTo("parlance.call")
                  .that()
                  .hasBeenStarted()
                  .hasBeenStopped()
                  .hasContextualNameEqualTo("classifier call")
                  .hasParentObservationEqualTo(outer)
                  .hasLowCardinalityKeyValue("parlance.instance", "default")
                  .hasLowCardinalityKeyValue("parlance.task", "classifier")
                  .hasLowCardinalityKeyValue("parlance.mode", "async")
                  .hasHighCardinalityKeyValue("parlance.inputs", "1")
                  .hasHighCardinalityKeyValue(
                      "parlance.tokens", String.valueOf(result.tokenCount()))
                  .doesNotHaveError();
            });
  }

  @Test
  void anOwnConventionChangesTheKeys() {
    CallObservationConvention own =
        new CallObservationConvention() {
          @Override
          public KeyValues getLowCardinalityKeyValues(CallObservationContext context) {
            return CallObservationConvention.super
                .getLowCardinalityKeyValues(context)
                .and("team", "billing");
          }
        };
    application
        .withBean(CallObservationConvention.class, () -> own)
        .run(
            context -> {
              context.getBean(Nlp.class).classify(TEXT);
              assertThat(meters.get("parlance.call").tag("team", "billing").timer().count())
                  .isEqualTo(1);
            });
  }

  @Test
  void withoutAMeterRegistryThereIsNothing() {
    bare.run(
        context ->
            assertThat(context)
                .hasSingleBean(Nlp.class)
                .doesNotHaveBean(NlpBuilderCustomizer.class)
                .doesNotHaveBean(InstanceMeters.class));
  }

  @Test
  void withoutMicrometerThereIsNothing() {
    bare.withClassLoader(new FilteredClassLoader("io.micrometer"))
        .run(
            context -> {
              assertThat(context)
                  .hasSingleBean(Nlp.class)
                  .doesNotHaveBean(NlpBuilderCustomizer.class);
              assertThat(context.getBean(Nlp.class).classify(TEXT).labels()).isNotEmpty();
            });
  }

  @Test
  void withoutParlanceThereIsNothing() {
    application
        .withPropertyValues("parlance.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(NlpBuilderCustomizer.class));
  }

  @Test
  void theApplicationsOwnCustomizerReplacesOurs() {
    NlpBuilderCustomizer own = (instance, builder) -> {};
    application
        .withBean("parlanceObservationCustomizer", NlpBuilderCustomizer.class, () -> own)
        .run(
            context -> {
              assertThat(context.getBean(NlpBuilderCustomizer.class)).isSameAs(own);
              context.getBean(Nlp.class).classify(TEXT);
              assertThat(meters.find("parlance.call").timer()).isNull();
            });
  }
}

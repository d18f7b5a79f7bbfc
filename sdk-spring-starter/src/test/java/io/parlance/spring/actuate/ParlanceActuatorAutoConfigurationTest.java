package io.parlance.spring.actuate;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.Nlp;
import io.parlance.NlpException;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.spring.Fixtures;
import io.parlance.spring.ParlanceAutoConfiguration;
import io.parlance.spring.actuate.ParlanceEndpoint.InstanceDescription;
import io.parlance.spring.actuate.ParlanceEndpoint.ModelDescription;
import io.parlance.task.ModelHandle;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class ParlanceActuatorAutoConfigurationTest {
  private static final String STARTER = "classpath:io/parlance/models/starter/classifier";

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  ParlanceAutoConfiguration.class, ParlanceActuatorAutoConfiguration.class));
  private final ApplicationContextRunner exposed =
      application.withPropertyValues("management.endpoints.web.exposure.include=parlance");

  @Test
  void theEndpointTellsModelsDigestsBatchesAndCache() {
    exposed
        .withPropertyValues("parlance.instances.support.embedder=no/such/model")
        .run(
            context -> {
              ParlanceEndpoint endpoint = context.getBean(ParlanceEndpoint.class);
              ModelDescription fresh = endpoint.instance("default").models().get("classifier");
              assertThat(fresh.loaded()).isFalse();
              assertThat(fresh.digest()).isNull();
              assertThat(fresh.calls()).isZero();

              Nlp nlp = context.getBean(Nlp.class);
              int tokens =
                  nlp.classify(List.of("charged twice", "a refund, please")).stream()
                      .mapToInt(result -> result.tokenCount())
                      .sum();
              nlp.classify("charged twice");
              Nlp support = context.getBean("supportNlp", Nlp.class);
              assertThatThrownBy(() -> support.embed("a")).isInstanceOf(NlpException.class);

              InstanceDescription all = endpoint.parlance().instances().get("default");
              ModelDescription model = all.models().get("classifier");
              assertThat(model.source()).isEqualTo(STARTER);
              assertThat(model.loaded()).isTrue();
              assertThat(model.digest())
                  .isEqualTo(ModelFolder.open(ModelSource.of(STARTER)).digest());
              assertThat(model.loadTime()).isPositive();
              assertThat(model.calls()).isEqualTo(2);
              assertThat(model.failures()).isZero();
              assertThat(model.lastInference()).isNotNull();
              assertThat(model.lastFailure()).isNull();
              assertThat(model.batches().rows()).isEqualTo(2);
              assertThat(model.batches().tokens()).isEqualTo(tokens);
              assertThat(model.batches().meanRows()).isEqualTo(2.0 / model.batches().runs());
              assertThat(all.callsInFlight()).isZero();
              assertThat(all.cache().hits()).isEqualTo(1);
              assertThat(all.cache().misses()).isEqualTo(2);
              assertThat(all.cache().entries()).isEqualTo(2);
              assertThat(all.cache().hitRate()).isEqualTo(1 / 3.0);

              ModelDescription broken = endpoint.instance("support").models().get("embedder");
              assertThat(broken.failures()).isEqualTo(1);
              assertThat(broken.lastFailure().error()).contains("no/such/model");
              assertThat(endpoint.instance("nobody")).isNull();
              assertThat(endpoint.parlance().nativeHandles()).isPositive();
            });
  }

  @Test
  void theEndpointTellsWhatTheGeneratorReused() {
    exposed
        .withPropertyValues("parlance.generator=" + Fixtures.folder("gpt2-with-past"))
        .run(
            context -> {
              Nlp nlp = context.getBean(Nlp.class);
              nlp.generate("The hotel was good");
              var prompts =
                  context.getBean(ParlanceEndpoint.class).instance("default").promptCache();
              assertThat(prompts.prompts()).isEqualTo(1);
              assertThat(prompts.promptTokens())
                  .isEqualTo(nlp.statistics().promptCache().promptTokens())
                  .isPositive();
            });
  }

  @Test
  void theEndpointOfAnOwnNlpTellsWhatCanBeKnown() {
    try (Nlp own = Nlp.create()) {
      exposed
          .withBean("own", Nlp.class, () -> own)
          .run(
              context -> {
                own.classify("a");
                InstanceDescription found = context.getBean(ParlanceEndpoint.class).instance("own");
                assertThat(found.callsInFlight()).isNull();
                assertThat(found.cache().misses()).isEqualTo(1);
                assertThat(found.models().get("classifier").loaded()).isTrue();
              });
    }
  }

  @Test
  void anEndpointThatIsNotExposedIsNotMade() {
    application.run(context -> assertThat(context).doesNotHaveBean(ParlanceEndpoint.class));
  }

  @Test
  void theApplicationsOwnEndpointWins() {
    ParlanceEndpoint own = new ParlanceEndpoint(null);
    exposed
        .withBean(ParlanceEndpoint.class, () -> own)
        .run(context -> assertThat(context.getBean(ParlanceEndpoint.class)).isSameAs(own));
  }

  @Test
  void infoNamesTheModels() {
    application.run(
        context -> {
          Info.Builder info = new Info.Builder();
          context.getBean(InfoContributor.class).contribute(info);
          Map<String, String> models =
              context.getBean(Nlp.class).models().stream()
                  .collect(toMap(ModelHandle::task, model -> model.source().toString()));
          assertThat(models).containsEntry("classifier", STARTER);
          assertThat(info.build().getDetails())
              .isEqualTo(Map.of("parlance", Map.of("models", Map.of("default", models))));
        });
  }

  @Test
  void infoCanBeTurnedOff() {
    application
        .withPropertyValues("management.info.parlance.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(InfoContributor.class));
  }

  @Test
  void withoutParlanceThereIsNothing() {
    exposed
        .withPropertyValues("parlance.enabled=false")
        .run(
            context ->
                assertThat(context)
                    .doesNotHaveBean(ParlanceEndpoint.class)
                    .doesNotHaveBean(InfoContributor.class));
  }

  @Test
  void withoutTheActuatorThereIsNothing() {
    exposed
        .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
        .run(
            context ->
                assertThat(context)
                    .hasSingleBean(Nlp.class)
                    .doesNotHaveBean(ParlanceEndpoint.class));
  }
}

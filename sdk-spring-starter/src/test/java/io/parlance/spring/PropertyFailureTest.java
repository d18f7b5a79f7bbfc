package io.parlance.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.mock.env.MockEnvironment;

/** Every value that cannot be meant stops the start, with its property and what is allowed. */
class PropertyFailureTest {
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(ParlanceAutoConfiguration.class));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "classifier           | ' '         | the model source is empty",
        "embedder             | 'hf:a/b/c'  | organisation/name",
        "instances.a.ranker   | ' '         | the model source is empty",
        "variant              | ../x        | fp16, int8",
        "execution            | gpu         | use cpu, cuda or cuda:N",
        "instances.a.execution| gpu         | use cpu, cuda or cuda:N",
        "threads              | 0           | at least 1",
        "threads              | -3          | at least 1",
        "threads              | many        | a whole number",
        "threads-per-run      | 0           | at least 1",
        "cpu-fallback         | perhaps     | true or false",
        "timeout              | 0s          | must be positive",
        "timeout              | -5s         | must be positive",
        "timeout              | soon        | a duration, such as 500ms",
        "startup              | eager       | one of lazy, load, warm-up",
        "cache.maximum-size   | -1MB        | must not be negative",
        "cache.maximum-size   | lots        | a size, such as 512KB, 64MB",
        "cache.expire-after-write | 0s      | must be positive",
        "prompt-cache.maximum-size | -1MB   | must not be negative",
        "prompt-cache.size    | 1MB         | parlance.prompt-cache.maximum-size",
        "queue.maximum-calls  | 0           | at least 1",
        "queue.tokens-per-run | -1          | at least 1",
        "hub.endpoint         | ftp://a     | must be like https://huggingface.co",
        "hub.proxy            | proxy       | HOST:PORT",
        "hub.proxy            | proxy:99999 | between 1 and 65535",
        "hub.metadata-timeout | 0s          | must be positive",
        "hub.download-timeout | -1s         | must be positive",
        "hub.offline          | maybe       | true or false",
        "clasifier            | models/x    | there is no such property",
        "cache.size           | 1MB         | there is no such property",
        "instances.a.cach.maximum-size | 1MB | there is no such property",
        "instances.a.instances.b.classifier | x | name them under parlance.instances",
      })
  void aWrongValueIsNamedWithWhatIsAllowed(String property, String value, String allowed) {
    application
        .withPropertyValues("parlance." + property + "=" + value)
        .run(
            context -> {
              FailureAnalysis analysis =
                  analyze(
                      context.getStartupFailure(),
                      new MockEnvironment().withProperty("parlance." + property, value));
              String text = analysis.getDescription() + "\n" + analysis.getAction();
              boolean nested = property.contains(".instances.");
              assertThat(text)
                  .contains("parlance." + (nested ? "instances.a.instances" : property))
                  .contains(nested ? "b" : value)
                  .contains(allowed);
            });
  }

  private static FailureAnalysis analyze(Throwable failure) {
    return analyze(failure, new MockEnvironment());
  }

  private static FailureAnalysis analyze(Throwable failure, Environment environment) {
    assertThat(failure).as("startup failure").isNotNull();
    for (FailureAnalyzer analyzer :
        SpringFactoriesLoader.forDefaultResourceLocation()
            .load(
                FailureAnalyzer.class,
                ArgumentResolver.of(BeanFactory.class, new DefaultListableBeanFactory())
                    .and(Environment.class, environment),
                (type, name, absent) -> {})) { // for libraries that are not there
      FailureAnalysis analysis = analyzer.analyze(failure);
      if (analysis != null) {
        return analysis;
      }
    }
    throw new AssertionError("nobody explains " + failure);
  }

  @Test
  void anUnknownPropertyIsAnsweredWithTheKnownOnes() {
    application
        .withPropertyValues("parlance.hub.cache=x")
        .run(
            context ->
                assertThat(analyze(context.getStartupFailure()).getAction())
                    .contains("parlance.hub.cache-folder, parlance.hub.endpoint"));
  }

  @Test
  void aTokenIsNeverShown() {
    application
        .withPropertyValues("parlance.hub.token=geheim nicht")
        .run(
            context -> {
              FailureAnalysis analysis = analyze(context.getStartupFailure());
              assertThat(analysis.getDescription())
                  .contains("parlance.hub.token: ", "blanks or characters that no access token has")
                  .doesNotContain("geheim");
            });
    application
        .withPropertyValues("parlance.hub.token=geheim")
        .run(
            context ->
                assertThat(context.getBean(ParlanceProperties.class).toString())
                    .contains("token=******")
                    .doesNotContain("geheim"));
  }

  @Test
  void aModelThatCannotBeLoadedStopsAnEagerStart() {
    application
        .withPropertyValues(
            "parlance.instances.support.classifier=no/such/model",
            "parlance.instances.support.startup=load")
        .run(
            context -> {
              FailureAnalysis analysis = analyze(context.getStartupFailure());
              assertThat(analysis.getDescription())
                  .contains("parlance.instances.support.classifier (no/such/model)")
                  .contains("there is no model folder");
              assertThat(analysis.getAction()).contains("set parlance.startup to lazy");
            });
  }

  @Test
  void everySettingIsTaken() {
    application
        .withPropertyValues(
            "parlance.execution=cuda:1",
            "parlance.cpu-fallback=true",
            "parlance.threads=2",
            "parlance.threads-per-run=2",
            "parlance.variant=int8",
            "parlance.timeout=5s",
            "parlance.startup=lazy",
            "parlance.cache.maximum-size=1MB",
            "parlance.cache.expire-after-write=5m",
            "parlance.prompt-cache.maximum-size=1MB",
            "parlance.prompt-cache.expire-after-write=5m",
            "parlance.queue.maximum-calls=10",
            "parlance.queue.tokens-per-run=1000",
            "parlance.hub.cache-folder=/tmp/models",
            "parlance.hub.endpoint=https://mirror.acme.org",
            "parlance.hub.token=abc",
            "parlance.hub.offline=true",
            "parlance.hub.proxy=proxy.acme.org:8080",
            "parlance.hub.symbolic-links=false",
            "parlance.hub.metadata-timeout=3s",
            "parlance.hub.download-timeout=4s",
            "parlance.classifier=a",
            "parlance.entity-extractor=b",
            "parlance.question-answerer=c",
            "parlance.embedder=classpath:d",
            "parlance.mask-filler=e",
            "parlance.ranker=f",
            "parlance.generator=hf:org/g@v1",
            "parlance.translator=h",
            "parlance.summarizer=i",
            "parlance.text-to-text=j")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBean(io.parlance.Nlp.class).models())
                  .extracting(model -> model.task() + "=" + model.source())
                  .containsExactlyInAnyOrder(
                      "classifier=a",
                      "entityExtractor=b",
                      "questionAnswerer=c",
                      "embedder=classpath:d",
                      "maskFiller=e",
                      "ranker=f",
                      "generator=hf:org/g@v1",
                      "translator=h",
                      "summarizer=i",
                      "textToText=j");
              assertThat(context.getBean(io.parlance.Nlp.class).models())
                  .allSatisfy(model -> assertThat(model.source().variant()).isEqualTo("int8"));
            });
  }
}

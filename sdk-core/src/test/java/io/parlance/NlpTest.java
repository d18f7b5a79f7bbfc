package io.parlance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.cache.CachePolicy;
import io.parlance.model.StarterModels;
import io.parlance.runtime.NativeHandles;
import io.parlance.task.ModelHandle;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NlpTest {
  private static final String TEXT = "The product was bad.";

  private final ClassLoader loaderBefore = Thread.currentThread().getContextClassLoader();
  private final long handlesBefore = NativeHandles.live();

  @AfterEach
  void restore() {
    Thread.currentThread().setContextClassLoader(loaderBefore);
    assertThat(NativeHandles.live()).isEqualTo(handlesBefore);
  }

  @Test
  void classifiesByAGivenModel() {
    try (Nlp nlp = Nlp.builder().classifier(TestModels.folder("textcls-bert")).build()) {
      assertThat(nlp.statistics().loadedModels()).isZero();
      Classification result = nlp.classify(TEXT);
      assertThat(nlp.statistics().loadedModels()).isEqualTo(1);
      assertThat(result.label()).isEqualTo("NEGATIVE");
      assertThat(result.labels()).hasSize(3);
      assertThat(nlp.classify(List.of(TEXT, "")).get(0)).isSameAs(result);
      assertThat(nlp.classifier().topK(1).classify(TEXT).labels())
          .containsExactly(result.labels().get(0));
      assertThat(nlp.classify(TEXT, TEXT)).isNotEqualTo(result);
      assertThat(nlp.statistics().cache().hits()).isEqualTo(1);
    }
  }

  @Test
  void forgetsResultsWhenAsked() {
    try (Nlp nlp = Nlp.builder().classifier(TestModels.folder("textcls-bert")).build()) {
      Classification result = nlp.classify(TEXT);
      nlp.clearCache();
      assertThat(nlp.statistics().cache().entries()).isZero();
      assertThat(nlp.classify(TEXT)).isEqualTo(result).isNotSameAs(result);
      assertThat(nlp.statistics().cache().misses()).isEqualTo(2);
    }
  }

  @Test
  void readsModelsFromTheClassPath() {
    try (Nlp fromClassPath =
            Nlp.builder().classifier("classpath:io/parlance/testmodels/textcls-bert/").build();
        Nlp fromFolder =
            Nlp.builder().classifier(TestModels.folder("textcls-bert").toString()).build()) {
      assertThat(fromClassPath.classify(TEXT)).isEqualTo(fromFolder.classify(TEXT));
    }
    try (Nlp nlp = Nlp.builder().classifier("classpath:nowhere").build()) {
      assertThatThrownBy(() -> nlp.classify(TEXT))
          .isInstanceOf(ModelNotFoundException.class)
          .hasMessageContaining("classpath:nowhere/config.json");
    }
  }

  @Test
  void findsTheStarterModelInAJar(@TempDir Path folder) throws Exception {
    Path jar = starterJar(folder, "classifier", TestModels.folder("textcls-bert"));
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
      Thread.currentThread().setContextClassLoader(loader);
      try (Nlp nlp = Nlp.create()) {
        assertThat(nlp.classify(TEXT).label()).isEqualTo("NEGATIVE");
      }
    }
  }

  @Test
  void findsAStarterTranslatorInAJar(@TempDir Path folder, @TempDir Path model) throws Exception {
    TestModels.copy("t5-encoder-decoder", model);
    Files.writeString(
        model.resolve("tokenizer_config.json"),
        Files.readString(model.resolve("tokenizer_config.json"))
            .replaceFirst("\\{", "{\"source_lang\": \"en\", \"target_lang\": \"fr\", "));
    Path jar = starterJar(folder, "translator", model);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
        Nlp named = Nlp.builder().translator(model).build()) {
      Translation expected = named.translate(TEXT);
      Thread.currentThread().setContextClassLoader(loader);
      try (Nlp nlp = Nlp.create()) {
        Translation translation = nlp.translate(TEXT);
        assertThat(translation).isEqualTo(expected);
        assertThat(translation.from()).isEqualTo("en");
        assertThat(translation.to()).isEqualTo("fr");
        assertThatThrownBy(() -> nlp.translator().to("de").translate(TEXT))
            .isInstanceOf(InvalidInputException.class)
            .hasMessage("classpath:starter/model does not translate to 'de'; it knows fr");
        assertThat(nlp.models()).extracting(ModelHandle::task).containsExactly("translator");
        assertThat(nlp.models().get(0).digest()).isEqualTo(named.models().get(0).digest());
        assertThatThrownBy(() -> nlp.summarize(TEXT))
            .isInstanceOf(ModelNotFoundException.class)
            .hasMessage(
                "no model was given for the summarizer, and there are starter models for translator"
                    + " only; name a model, for example Nlp.builder().summarizer(\"some/folder\")");
      }
    }
  }

  private static Path starterJar(Path folder, String task, Path model) throws Exception {
    Path jar = folder.resolve("starter.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.list(model)) {
      out.putNextEntry(new JarEntry(StarterModels.INDEX));
      out.write(
          (task + "=classpath:starter/model\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
      for (Path file : files.toList()) {
        out.putNextEntry(new JarEntry("starter/model/" + file.getFileName()));
        Files.copy(file, out);
      }
    }
    return jar;
  }

  @Test
  void saysWhatToAddWhenThereIsNoStarterModel() {
    try (Nlp nlp = Nlp.create()) {
      assertThatThrownBy(() -> nlp.classify(TEXT))
          .isInstanceOf(ModelNotFoundException.class)
          .hasMessageContaining("io.parlance:sdk-models")
          .hasMessageContaining("Nlp.builder().classifier(");
    }
  }

  @Test
  void refusesSourcesThatItDoesNotKnow() {
    assertThatThrownBy(() -> Nlp.builder().classifier(" "))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("empty");
  }

  @Test
  void loadsOnceForManyThreads() throws Exception {
    try (Nlp nlp =
        Nlp.builder()
            .classifier(TestModels.folder("textcls-bert"))
            .cache(CachePolicy.none())
            .build()) {
      List<Thread> threads =
          Stream.generate(() -> new Thread(() -> nlp.classify(TEXT))).limit(8).toList();
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(NativeHandles.live()).isEqualTo(handlesBefore + 1); // one session
    }
  }

  @Test
  void runsOnAChosenNumberOfThreads() {
    for (int threads = 1; threads <= 3; threads++) {
      try (Nlp nlp =
          Nlp.builder()
              .classifier(TestModels.folder("textcls-bert"))
              .execution(Execution.cpu().threads(threads))
              .build()) {
        assertThat(nlp.classify(TEXT).label()).isEqualTo("NEGATIVE");
      }
    }
    assertThatThrownBy(() -> Execution.cpu().threads(-1)).isInstanceOf(InvalidInputException.class);
    assertThat(Execution.parse("cuda:2")).isEqualTo(Execution.cuda(2));
    assertThatThrownBy(() -> Execution.parse("gpu"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("execution 'gpu' is unknown; use cpu, cuda or cuda:N");
  }

  @Test
  void closesTwiceAndBeforeItsFirstCall() {
    Nlp unused = Nlp.builder().classifier(TestModels.folder("textcls-bert")).build();
    unused.close();
    unused.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> unused.classify(TEXT))
        .withMessage("the classifier is closed");
  }
}

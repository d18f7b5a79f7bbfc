package io.parlance.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.ActivityListener;
import io.parlance.CallReport;
import io.parlance.CallStart;
import io.parlance.CancelledException;
import io.parlance.Classification;
import io.parlance.Nlp;
import io.parlance.RunReport;
import io.parlance.runtime.NativeHandles;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How an application ends while it is at work. */
@Timeout(120)
class NlpLifecycleTest {
  private final long handlesBefore = NativeHandles.live();

  @Configuration
  @EnableAutoConfiguration
  static class Application {
    private final Gate gate = new Gate();

    @Bean
    NlpBuilderCustomizer gate() {
      return (instance, builder) -> builder.listener(gate);
    }

    @Bean
    Ending ending(NlpLifecycle lifecycle) {
      return new Ending(lifecycle);
    }
  }

  /** Holds up the first run of a graph until it is opened. */
  private static final class Gate implements ActivityListener {
    final CountDownLatch running = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);

    @Override
    public Consumer<CallReport> callStarted(CallStart call) {
      return report -> {};
    }

    @Override
    public void graphRan(RunReport run) {
      running.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Is stopped before ours, as a web server is. */
  private static final class Ending implements SmartLifecycle {
    private final NlpLifecycle lifecycle;
    final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean running;

    Ending(NlpLifecycle lifecycle) {
      this.lifecycle = lifecycle;
    }

    @Override
    public void start() {
      assertThat(lifecycle.isRunning()).isTrue();
      running = true;
    }

    @Override
    public void stop() {
      assertThat(lifecycle.isRunning()).isTrue();
      running = false;
      stopped.countDown();
    }

    @Override
    public boolean isRunning() {
      return running;
    }
  }

  private static ConfigurableApplicationContext start(String... properties) {
    SpringApplication application = new SpringApplication(Application.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    String[] arguments =
        java.util.Arrays.stream(properties).map("--"::concat).toArray(String[]::new);
    return application.run(arguments);
  }

  @AfterEach
  void everythingIsFreed() {
    assertThat(NativeHandles.live()).isEqualTo(handlesBefore);
  }

  private static List<String> texts() {
    return IntStream.range(0, 400).mapToObj(i -> "I was charged twice, number " + i).toList();
  }

  @Test
  void callsInFlightEndBeforeTheApplicationDoes() throws Exception {
    for (boolean virtual : new boolean[] {false, true}) {
      ConfigurableApplicationContext context =
          start("spring.threads.virtual.enabled=" + virtual, "parlance.startup=load");
      Nlp nlp = context.getBean(Nlp.class);
      Gate gate = context.getBean(Application.class).gate;
      CompletableFuture<List<Classification>> waiting =
          CompletableFuture.supplyAsync(() -> nlp.classify(texts()));
      CompletableFuture<Classification> asynchronous = nlp.async().classify("another");
      gate.running.await();
      Ending ending = context.getBean(Ending.class);
      Thread closing = new Thread(context::close);
      closing.start();
      ending.stopped.await();
      assertThat(waiting).isNotDone();
      gate.open.countDown();
      assertThat(waiting.get()).hasSize(400);
      assertThat(asynchronous.get().labels()).isNotEmpty();
      closing.join();
      assertThatThrownBy(() -> nlp.classify("a")).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aCallThatDoesNotEndIsStopped() throws Exception {
    ConfigurableApplicationContext context =
        start("spring.lifecycle.timeout-per-shutdown-phase=1ms");
    Nlp nlp = context.getBean(Nlp.class);
    Gate gate = context.getBean(Application.class).gate;
    CompletableFuture<List<Classification>> call =
        CompletableFuture.supplyAsync(() -> nlp.classify(texts()));
    gate.running.await();
    Thread closing = new Thread(context::close);
    closing.start();
    while (!isClosing(nlp)) {
      Thread.onSpinWait();
    }
    gate.open.countDown();
    assertThatThrownBy(call::join).hasCauseInstanceOf(CancelledException.class);
    closing.join();
  }

  private static boolean isClosing(Nlp nlp) {
    try {
      return nlp.classifier().labels().isEmpty();
    } catch (IllegalStateException closed) {
      return true;
    }
  }

  @Test
  void aPausedContextKeepsItsModels() {
    ConfigurableApplicationContext context = start("parlance.startup=load");
    context.getBean(Application.class).gate.open.countDown();
    context.pause();
    assertThat(context.getBean(NlpLifecycle.class).isRunning()).isTrue();
    context.restart();
    assertThat(context.getBean(Nlp.class).classify("a").labels()).isNotEmpty();
    context.close();
  }
}

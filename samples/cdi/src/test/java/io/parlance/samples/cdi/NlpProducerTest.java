package io.parlance.samples.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.Nlp;
import io.parlance.runtime.NativeHandles;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import org.junit.jupiter.api.Test;

class NlpProducerTest {
  @Test
  void oneNlpServesTheContainerAndEndsWithIt() {
    long before = NativeHandles.live();
    Nlp nlp;
    try (SeContainer container =
        SeContainerInitializer.newInstance()
            .disableDiscovery()
            .addBeanClasses(NlpProducer.class, TicketRouter.class)
            .initialize()) {
      nlp = container.select(Nlp.class).get();
      assertThat(container.select(Nlp.class).get()).isSameAs(nlp);
      TicketRouter router = container.select(TicketRouter.class).get();
      assertThat(router.route("I was charged twice")).isSameAs(nlp.classify("I was charged twice"));
      assertThat(NativeHandles.live()).isGreaterThan(before);
    }
    assertThatThrownBy(() -> nlp.classify("a")).isInstanceOf(IllegalStateException.class);
    assertThat(NativeHandles.live()).isEqualTo(before);
  }
}

package io.parlance.samples.cdi;

import io.parlance.Classification;
import io.parlance.Nlp;
import io.parlance.task.ModelHandle;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** A bean that uses it. */
@ApplicationScoped
public class TicketRouter {
  @Inject Nlp nlp;

  /** Loads the model with the bean rather than with the first text. */
  @PostConstruct
  void warmUp() {
    nlp.models().forEach(ModelHandle::warmUp);
  }

  /** The topic of a text. */
  public Classification route(String text) {
    return nlp.classify(text);
  }
}

package io.parlance.samples.cdi;

import io.parlance.Nlp;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes the {@link Nlp} of the application, and closes it when the container ends. */
@ApplicationScoped
public class NlpProducer {
  /** System property that names the model for classification; without it the starter model. */
  public static final String CLASSIFIER = "parlance.classifier";

  /** One for all: it is thread-safe. A singleton, because a client proxy cannot stand for it. */
  @Produces
  @Singleton
  Nlp nlp() {
    Nlp.Builder builder = Nlp.builder();
    String classifier = System.getProperty(CLASSIFIER);
    if (classifier != null) {
      builder.classifier(classifier);
    }
    return builder.build();
  }

  /** Waits for the calls in flight and frees the models before the container is gone. */
  void close(@Disposes Nlp nlp) {
    nlp.close();
  }
}

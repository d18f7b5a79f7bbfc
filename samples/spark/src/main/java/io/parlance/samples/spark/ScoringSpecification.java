package io.parlance.samples.spark;

import io.parlance.Execution;
import io.parlance.Nlp;
import io.parlance.cache.CachePolicy;
import io.parlance.model.ModelSource;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What is sent to the executors in place of models, which live in native memory and cannot be sent:
 * which models to load, and on how many threads.
 *
 * @param classifier source of the classifier; null for the starter model
 * @param entityExtractor source of a token classifier; null for no entities
 * @param threads threads of a JVM, at least 1
 */
record ScoringSpecification(
    @Nullable String classifier, @Nullable String entityExtractor, int threads)
    implements Serializable {

  /** Whether a task, by the name of its model handle, is part of the job. */
  boolean uses(String task) {
    return task.equals("classifier") || entityExtractor != null && task.equals("entityExtractor");
  }

  /** Loads nothing before the first document. Documents of a job seldom repeat, so no cache. */
  Nlp open() {
    Nlp.Builder builder =
        Nlp.builder().execution(Execution.cpu().threads(threads)).cache(CachePolicy.none());
    if (classifier != null) {
      builder.classifier(ModelSource.of(classifier));
    }
    if (entityExtractor != null) {
      builder.entityExtractor(ModelSource.of(entityExtractor));
    }
    return builder.build();
  }
}

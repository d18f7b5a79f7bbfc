package io.parlance.samples.spark;

import io.parlance.Nlp;
import io.parlance.task.ModelHandle;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The models of this JVM, shared by all tasks that Spark runs in it. They stay until the process
 * ends, because Spark does not say when an executor has had its last task.
 */
final class ProcessModels {
  private static final ConcurrentHashMap<ScoringSpecification, Nlp> OPEN =
      new ConcurrentHashMap<>();

  private ProcessModels() {}

  static Nlp of(ScoringSpecification specification) {
    return OPEN.computeIfAbsent(specification, ScoringSpecification::open);
  }

  /**
   * Loads them now instead of with the first document.
   *
   * @throws io.parlance.NlpException if one cannot be loaded
   */
  static void load(ScoringSpecification specification) {
    of(specification).models().stream()
        .filter(model -> specification.uses(model.task()))
        .forEach(ModelHandle::load);
  }

  /** How many specifications have models here. */
  static int count() {
    return OPEN.size();
  }
}

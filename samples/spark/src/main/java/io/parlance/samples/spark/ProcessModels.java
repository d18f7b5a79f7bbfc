package io.parlance.samples.spark;

import io.parlance.Nlp;
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

  /** How many specifications have models here. */
  static int count() {
    return OPEN.size();
  }
}

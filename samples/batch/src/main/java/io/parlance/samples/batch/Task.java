package io.parlance.samples.batch;

import io.parlance.spring.ParlanceProperties;
import java.util.Locale;

/** What can be done with a document. */
enum Task {
  CLASSIFY("classifier", "parlance.classifier"),
  ENTITIES("entityExtractor", "parlance.entity-extractor"),
  TRANSLATE("translator", "parlance.translator");

  private final String model;
  private final String property;

  Task(String model, String property) {
    this.model = model;
    this.property = property;
  }

  /** Whether the properties name a model for it. */
  boolean isNamed(ParlanceProperties properties) {
    return switch (this) {
          case CLASSIFY -> properties.classifier();
          case ENTITIES -> properties.entityExtractor();
          case TRANSLATE -> properties.translator();
        }
        != null;
  }

  /** The name of its model in {@link io.parlance.task.ModelHandle#task()}. */
  String model() {
    return model;
  }

  /** The property that names its model. */
  String property() {
    return property;
  }

  /** As options and messages write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

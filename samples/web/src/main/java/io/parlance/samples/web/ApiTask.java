package io.parlance.samples.web;

import io.parlance.Nlp;
import io.parlance.spring.NlpInstances;
import io.parlance.task.ModelHandle;
import java.util.Locale;
import java.util.Optional;

/** What can be asked for, by its name under {@code /api}. */
enum ApiTask {
  CLASSIFY("classifier"),
  ENTITIES("entityExtractor"),
  ANSWER("questionAnswerer"),
  FILL_MASK("maskFiller"),
  EMBED("embedder"),
  SIMILARITY("embedder"),
  RANK("ranker"),
  TRANSLATE("translator"),
  SUMMARIZE("summarizer"),
  TEXT_TO_TEXT("textToText"),
  GENERATE("generator");

  private final String modelTask;

  ApiTask(String modelTask) {
    this.modelTask = modelTask;
  }

  /** The last part of its path. */
  String path() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether a model writes text, token by token. */
  boolean isWriting() {
    return compareTo(TRANSLATE) >= 0;
  }

  /** The property that names the model of an instance. */
  String property(String instance) {
    String kebab = modelTask.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    return instance.equals(NlpInstances.DEFAULT)
        ? "parlance." + kebab
        : "parlance.instances." + instance + "." + kebab;
  }

  /** Its model, where there is one. */
  Optional<ModelHandle> model(Nlp nlp) {
    return nlp.models().stream().filter(model -> model.task().equals(modelTask)).findFirst();
  }
}

package io.parlance.samples.web;

/** An instance has no model for a task. */
final class ModelNotConfiguredException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String property;

  ModelNotConfiguredException(ApiTask task, String instance) {
    super(
        "no model is configured for "
            + task.path()
            + "; start with --"
            + task.property(instance)
            + "=FOLDER, hf:ORGANISATION/NAME or classpath:NAME");
    property = task.property(instance);
  }

  String property() {
    return property;
  }
}

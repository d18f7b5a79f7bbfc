package io.parlance.spring.actuate;

import io.parlance.runtime.Diagnostics;
import io.parlance.spring.InstanceActivity;
import io.parlance.spring.InstanceActivity.Failure;
import io.parlance.spring.InstanceActivity.TaskActivity;
import io.parlance.spring.NlpInstances.Instance;
import io.parlance.task.ModelHandle;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up as long as no model failed to load or to run the last time: a model that nobody needed yet is
 * no fault, nor is wrong input. Runs nothing itself.
 */
final class NlpHealthIndicator extends AbstractHealthIndicator {
  private final Instance instance;

  NlpHealthIndicator(Instance instance) {
    this.instance = instance;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    builder.up();
    Map<String, Map<String, Object>> models = new LinkedHashMap<>();
    boolean broken = false;
    for (ModelHandle model : instance.nlp().models()) {
      Map<String, Object> details = new LinkedHashMap<>();
      details.put("source", model.source().toString());
      details.put("loaded", model.isLoaded());
      InstanceActivity activity = instance.activity();
      TaskActivity done = activity == null ? null : activity.task(model.task());
      if (done != null && done.lastCall() != null) {
        details.put("lastInference", done.lastCall());
      }
      Failure failure = done == null ? null : done.lastFailure();
      if (done != null && done.broken() && failure != null) {
        broken = true;
        details.put("error", failure.error().toString());
        details.put("errorTime", failure.time());
      }
      models.put(model.task(), details);
    }
    builder.withDetail("models", models);
    if (broken) {
      Diagnostics found = Diagnostics.read();
      builder
          .down()
          .withDetail(
              "diagnostics", found.problems().isEmpty() ? found.summary() : found.problems());
    }
  }
}

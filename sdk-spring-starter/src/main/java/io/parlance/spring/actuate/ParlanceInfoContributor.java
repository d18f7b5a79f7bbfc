package io.parlance.spring.actuate;

import io.parlance.spring.NlpInstances;
import io.parlance.task.ModelHandle;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/**
 * Tells under {@code parlance} the source of each model of each instance. {@code
 * management.info.parlance.enabled=false} turns it off.
 */
public final class ParlanceInfoContributor implements InfoContributor {
  private final NlpInstances instances;

  ParlanceInfoContributor(NlpInstances instances) {
    this.instances = instances;
  }

  @Override
  public void contribute(Info.Builder builder) {
    Map<String, Map<String, String>> all = new LinkedHashMap<>();
    instances
        .all()
        .forEach(
            (name, instance) -> {
              Map<String, String> models = new LinkedHashMap<>();
              for (ModelHandle model : instance.nlp().models()) {
                models.put(model.task(), model.source().toString());
              }
              all.put(name, models);
            });
    builder.withDetail("parlance", Map.of("models", all));
  }
}

package io.parlance.spring;

import io.parlance.Nlp;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Every {@link Nlp} bean of the application: those that properties describe, and its own. Asking
 * for them makes those that are not made yet.
 */
public final class NlpInstances {
  /** Name of the instance that the properties under {@code parlance} itself describe. */
  public static final String DEFAULT = "default";

  private final ListableBeanFactory beans;
  private final NlpFactory factory;

  NlpInstances(ListableBeanFactory beans, NlpFactory factory) {
    this.beans = beans;
    this.factory = factory;
  }

  /**
   * One of the beans.
   *
   * @param nlp the bean
   * @param activity what it does; null for a bean that the application built by itself, without the
   *     configured {@code Nlp.Builder}
   */
  public record Instance(Nlp nlp, @Nullable InstanceActivity activity) {}

  /**
   * The beans by their name: that under {@code parlance.instances}, {@value #DEFAULT}, or the name
   * of the bean where the application made it.
   */
  public Map<String, Instance> all() {
    Map<String, Instance> all = new LinkedHashMap<>();
    Map<String, Nlp> own = new LinkedHashMap<>();
    for (String bean : beans.getBeanNamesForType(Nlp.class, false, true)) {
      Nlp nlp = beans.getBean(bean, Nlp.class);
      String instance = factory.instanceOf(nlp);
      if (instance == null) {
        own.put(bean, nlp);
      } else {
        all.put(instance, new Instance(nlp, factory.activity(instance)));
      }
    }
    // the application's only bean can be told apart: it came from the configured builder, or no
    // builder was handed out
    InstanceActivity activity =
        own.size() == 1 && !all.containsKey(DEFAULT) ? factory.activity(DEFAULT) : null;
    own.forEach((bean, nlp) -> all.put(bean, new Instance(nlp, activity)));
    return all;
  }
}

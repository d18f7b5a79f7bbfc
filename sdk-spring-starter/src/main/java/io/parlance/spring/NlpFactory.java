package io.parlance.spring;

import io.parlance.Nlp;
import java.time.Clock;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Makes the {@link Nlp} beans from properties and customizers. Thread-safe. */
final class NlpFactory {
  private final ParlanceProperties properties;
  private final List<NlpBuilderCustomizer> customizers;
  private final Map<String, InstanceActivity> activities = new ConcurrentHashMap<>();
  private final Map<Nlp, String> made = new IdentityHashMap<>(); // guarded by this

  NlpFactory(ParlanceProperties properties, List<NlpBuilderCustomizer> customizers) {
    this.properties = properties;
    this.customizers = customizers;
  }

  /** A builder with everything that an instance's properties and the customizers say. */
  Nlp.Builder builder(String instance) {
    Nlp.Builder builder = Nlp.builder();
    InstanceSettings.of(properties, instance).applyTo(builder);
    builder.listener(
        activities.computeIfAbsent(instance, name -> new InstanceActivity(Clock.systemUTC())));
    customizers.forEach(customizer -> customizer.customize(instance, builder));
    return builder;
  }

  /** Makes the bean of an instance. */
  Nlp create(String instance) {
    Nlp nlp = builder(instance).build();
    synchronized (this) {
      made.put(nlp, instance);
    }
    return nlp;
  }

  /** The instance that was made as this bean, or null for a bean of the application. */
  synchronized @Nullable String instanceOf(Nlp nlp) {
    return made.get(nlp);
  }

  /** What an instance does, or null where no builder was made for it. */
  @Nullable InstanceActivity activity(String instance) {
    return activities.get(instance);
  }

  InstanceSettings settings(String instance) {
    return InstanceSettings.of(properties, instance);
  }
}

package io.parlance.spring.observation;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.cache.CacheMeterBinder;
import io.parlance.Nlp;
import io.parlance.runtime.NativeHandles;
import io.parlance.spring.NlpInstances;
import io.parlance.task.ModelHandle;
import org.jspecify.annotations.Nullable;

/**
 * What can be read of every instance at any time: models, waiting calls, caches, native handles.
 */
final class InstanceMeters implements MeterBinder {
  private final NlpInstances instances;

  InstanceMeters(NlpInstances instances) {
    this.instances = instances;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("parlance.native.handles", NativeHandles::live)
        .description("Sessions and tensors of this process that are open")
        .baseUnit("handles")
        .register(registry);
    instances.all().forEach((name, instance) -> bind(registry, name, instance.nlp()));
  }

  private static void bind(MeterRegistry registry, String name, Nlp nlp) {
    Tags tags = Tags.of(ParlanceObservation.Key.INSTANCE.asString(), name);
    Gauge.builder("parlance.models.loaded", nlp, one -> one.statistics().loadedModels())
        .description("Models in memory")
        .baseUnit("models")
        .tags(tags)
        .register(registry);
    for (ModelHandle model : nlp.models()) {
      Gauge.builder("parlance.calls.waiting", model, ModelHandle::waitingCalls)
          .description("Asynchronous calls that are not answered yet")
          .baseUnit("calls")
          .tags(tags.and(ParlanceObservation.Key.TASK.asString(), model.task()))
          .register(registry);
    }
    new ResultCacheMeters(nlp, name).bindTo(registry);
  }

  /** The usual meters of caches, {@code cache.gets} and so on. */
  private static final class ResultCacheMeters extends CacheMeterBinder<Nlp> {
    private final Nlp nlp;

    ResultCacheMeters(Nlp nlp, String name) {
      super(nlp, name, Tags.of("cache.manager", "parlance"));
      this.nlp = nlp;
    }

    @Override
    protected Long size() {
      return nlp.statistics().cache().entries();
    }

    @Override
    protected long hitCount() {
      return nlp.statistics().cache().hits();
    }

    @Override
    protected Long missCount() {
      return nlp.statistics().cache().misses();
    }

    @Override
    protected @Nullable Long evictionCount() {
      return nlp.statistics().cache().evictions();
    }

    /** Every miss is remembered, as far as it succeeds and fits. */
    @Override
    protected long putCount() {
      return nlp.statistics().cache().misses();
    }

    @Override
    protected void bindImplementationSpecificMetrics(MeterRegistry registry) {
      Gauge.builder("cache.weight", nlp, one -> one.statistics().cache().bytes())
          .description("Estimated heap of the cached results")
          .baseUnit("bytes")
          .tags(getTagsWithCacheName())
          .register(registry);
    }
  }
}

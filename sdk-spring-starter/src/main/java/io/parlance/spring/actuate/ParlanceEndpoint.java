package io.parlance.spring.actuate;

import io.parlance.cache.CacheStatistics;
import io.parlance.cache.PromptCacheStatistics;
import io.parlance.runtime.NativeHandles;
import io.parlance.spring.InstanceActivity;
import io.parlance.spring.InstanceActivity.Failure;
import io.parlance.spring.InstanceActivity.TaskActivity;
import io.parlance.spring.NlpInstances;
import io.parlance.spring.NlpInstances.Instance;
import io.parlance.task.ModelHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/** The endpoint {@code parlance}: models, their digests, what they did, and the caches. */
@Endpoint(id = "parlance")
public final class ParlanceEndpoint {
  private final NlpInstances instances;

  ParlanceEndpoint(NlpInstances instances) {
    this.instances = instances;
  }

  /**
   * Everything.
   *
   * @param instances by name
   * @param nativeHandles sessions and tensors of this process that are open now
   */
  public record Description(Map<String, InstanceDescription> instances, long nativeHandles) {}

  /**
   * An instance.
   *
   * @param models by task, those of which there is a source
   * @param callsInFlight calls that are going on; null where the application built the instance by
   *     itself
   * @param cache of results
   * @param promptCache of the generator
   */
  public record InstanceDescription(
      Map<String, ModelDescription> models,
      @Nullable Long callsInFlight,
      CacheDescription cache,
      PromptCacheDescription promptCache) {}

  /**
   * A model.
   *
   * @param source where it comes from
   * @param variant of its graph's file, empty for the plain one
   * @param loaded whether it is in memory
   * @param digest SHA-256 of its files; null while it is not loaded
   * @param loadTime how long it took to load
   * @param calls that ended, failed ones included
   * @param failures of them
   * @param waitingCalls asynchronous calls that are not answered yet
   * @param lastInference when a call succeeded last
   * @param lastFailure of a call or of the loading
   * @param batches runs of the graph
   */
  public record ModelDescription(
      String source,
      String variant,
      boolean loaded,
      @Nullable String digest,
      @Nullable Duration loadTime,
      long calls,
      long failures,
      int waitingCalls,
      @Nullable Instant lastInference,
      @Nullable FailureDescription lastFailure,
      BatchDescription batches) {}

  /** Something that went wrong. */
  public record FailureDescription(Instant time, String error) {}

  /**
   * Runs of an encoder's graph.
   *
   * @param runs how many
   * @param rows texts and windows in them
   * @param meanRows in a run
   * @param tokens without padding
   * @param paddingTokens that filled rows up
   */
  public record BatchDescription(
      long runs, long rows, double meanRows, long tokens, long paddingTokens) {}

  /**
   * The cache of results.
   *
   * @param hits questions that were answered from memory
   * @param misses questions that were computed
   * @param hitRate share of hits
   * @param evictions results that were dropped
   * @param entries results in memory
   * @param bytes their estimated heap
   */
  public record CacheDescription(
      long hits, long misses, double hitRate, long evictions, long entries, long bytes) {}

  /**
   * The cache of prompts.
   *
   * @param prompts that were read
   * @param hits prompts of which a beginning was known
   * @param promptTokens in all prompts
   * @param reusedTokens that were not computed again
   * @param evictions pieces that were dropped
   * @param entries pieces in memory
   * @param bytes of native memory
   */
  public record PromptCacheDescription(
      long prompts,
      long hits,
      long promptTokens,
      long reusedTokens,
      long evictions,
      long entries,
      long bytes) {}

  /** Every instance. The digest of a model is computed when it is first asked for. */
  @ReadOperation
  public Description parlance() {
    Map<String, InstanceDescription> all = new LinkedHashMap<>();
    instances.all().forEach((name, instance) -> all.put(name, describe(instance)));
    return new Description(all, NativeHandles.live());
  }

  /** One instance; null, which is answered as not found, if there is none of this name. */
  @ReadOperation
  public @Nullable InstanceDescription instance(@Selector String instance) {
    Instance found = instances.all().get(instance);
    return found == null ? null : describe(found);
  }

  private static InstanceDescription describe(Instance instance) {
    InstanceActivity activity = instance.activity();
    Map<String, ModelDescription> models = new LinkedHashMap<>();
    for (ModelHandle model : instance.nlp().models()) {
      models.put(
          model.task(), describe(model, activity == null ? null : activity.task(model.task())));
    }
    CacheStatistics cache = instance.nlp().statistics().cache();
    PromptCacheStatistics prompts = instance.nlp().statistics().promptCache();
    return new InstanceDescription(
        models,
        activity == null ? null : activity.callsInFlight(),
        new CacheDescription(
            cache.hits(),
            cache.misses(),
            cache.hitRate(),
            cache.evictions(),
            cache.entries(),
            cache.bytes()),
        new PromptCacheDescription(
            prompts.prompts(),
            prompts.hits(),
            prompts.promptTokens(),
            prompts.reusedTokens(),
            prompts.evictions(),
            prompts.entries(),
            prompts.bytes()));
  }

  private static ModelDescription describe(ModelHandle model, @Nullable TaskActivity known) {
    TaskActivity done = known == null ? TaskActivity.NONE : known;
    Failure failure = done.lastFailure();
    boolean loaded = model.isLoaded();
    return new ModelDescription(
        model.source().toString(),
        model.source().variant(),
        loaded,
        loaded ? model.digest() : null,
        done.loadTime(),
        done.calls(),
        done.failures(),
        model.waitingCalls(),
        done.lastCall(),
        failure == null ? null : new FailureDescription(failure.time(), failure.error().toString()),
        new BatchDescription(
            done.runs(),
            done.rows(),
            done.runs() == 0 ? 0 : (double) done.rows() / done.runs(),
            done.tokens(),
            done.paddingTokens()));
  }
}

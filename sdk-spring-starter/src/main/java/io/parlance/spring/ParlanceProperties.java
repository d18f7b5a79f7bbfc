package io.parlance.spring;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * Settings of Parlance in a Spring Boot application. A named instance has the same settings under
 * {@code parlance.instances.NAME}; what it leaves out, except models and their variant, is that of
 * {@code parlance}. Nothing is checked here: the beans that use a value do, and name the property.
 *
 * @param enabled Whether to configure Parlance, or this instance.
 * @param classifier Model that classifies texts: a folder, classpath:NAME or
 *     hf:ORGANISATION/NAME[@REVISION]. Without it the starter model on the class path is used.
 * @param entityExtractor Model that extracts entities.
 * @param questionAnswerer Model that answers questions.
 * @param embedder Model that makes embeddings.
 * @param maskFiller Model that fills masks.
 * @param ranker Model that ranks documents.
 * @param generator Model that generates text.
 * @param translator Model that translates.
 * @param summarizer Model that summarizes.
 * @param textToText Model that writes text from text as its training asks.
 * @param variant Variant of the graphs' files to take for the models that are named here, such as
 *     int8 for model_int8.onnx.
 * @param execution Where models run: cpu, cuda or cuda:N.
 * @param cpuFallback Whether models run on the CPU where CUDA cannot be used.
 * @param threads Threads that compute, all runs together. Without it as many as the machine has
 *     physical cores.
 * @param threadsPerRun Threads that work on one run of a graph. More of them answer a single call
 *     sooner, one of them answers the most calls.
 * @param timeout Time after which a call fails. Without it calls may take any time.
 * @param startup When models are loaded.
 * @param cache Settings of the cache of results.
 * @param promptCache Settings of the cache of prompts that the generator read.
 * @param queue Settings of asynchronous calls.
 * @param hub Settings of models that come from a hub.
 * @param instances Further instances by name, each injectable by that name as qualifier.
 */
@ConfigurationProperties(value = "parlance", ignoreUnknownFields = false)
public record ParlanceProperties(
    @Nullable Boolean enabled,
    @Nullable String classifier,
    @Nullable String entityExtractor,
    @Nullable String questionAnswerer,
    @Nullable String embedder,
    @Nullable String maskFiller,
    @Nullable String ranker,
    @Nullable String generator,
    @Nullable String translator,
    @Nullable String summarizer,
    @Nullable String textToText,
    @Nullable String variant,
    @Nullable String execution,
    @Nullable Boolean cpuFallback,
    @Nullable Integer threads,
    @Nullable Integer threadsPerRun,
    @Nullable Duration timeout,
    @Nullable Startup startup,
    @Nullable Cache cache,
    @Nullable PromptCache promptCache,
    @Nullable Queue queue,
    @Nullable Hub hub,
    @Nullable Map<String, ParlanceProperties> instances) {

  /** When models are loaded. */
  public enum Startup {
    /** With the first call that needs them. */
    LAZY,
    /** When the application starts, which fails if one cannot be loaded. */
    LOAD,
    /** As LOAD, and run once, so that the first call is as fast as later ones. */
    WARM_UP
  }

  /**
   * Settings of the cache of results.
   *
   * @param maximumSize Memory that cached results may take. Zero turns the cache off.
   * @param expireAfterWrite Time after which a cached result is forgotten. Without it results stay
   *     as long as there is room.
   */
  public record Cache(@Nullable DataSize maximumSize, @Nullable Duration expireAfterWrite) {}

  /**
   * Settings of the cache of prompts that the generator read.
   *
   * @param maximumSize Native memory that cached prompts may take. Zero turns the cache off.
   * @param expireAfterWrite Time after which a cached prompt is forgotten. Without it prompts stay
   *     as long as there is room.
   */
  public record PromptCache(@Nullable DataSize maximumSize, @Nullable Duration expireAfterWrite) {}

  /**
   * Settings of asynchronous calls.
   *
   * @param maximumCalls Calls that may wait for one model. Further ones fail.
   * @param tokensPerRun Tokens, padding included, up to which waiting calls are joined to one run.
   */
  public record Queue(@Nullable Integer maximumCalls, @Nullable Integer tokensPerRun) {}

  /**
   * Settings of models that come from a hub. What is not set is as the environment variables of
   * Hugging Face's tools say.
   *
   * @param cacheFolder Folder in which downloaded models are kept.
   * @param endpoint Address of the hub or of a mirror.
   * @param token Token for gated and private repositories.
   * @param offline Whether only the cache folder is used, with no network at all.
   * @param proxy Proxy for every request, as HOST:PORT.
   * @param symbolicLinks Whether snapshots in the cache folder are symbolic links to the content.
   * @param metadataTimeout Time to wait for a connection and for an answer about a file.
   * @param downloadTimeout Time for which a transfer may stand still before it is tried again.
   */
  public record Hub(
      @Nullable Path cacheFolder,
      @Nullable String endpoint,
      @Nullable String token,
      @Nullable Boolean offline,
      @Nullable String proxy,
      @Nullable Boolean symbolicLinks,
      @Nullable Duration metadataTimeout,
      @Nullable Duration downloadTimeout) {

    /** Tells no token. */
    @Override
    public String toString() {
      return "Hub[cacheFolder="
          + cacheFolder
          + ", endpoint="
          + endpoint
          + ", token="
          + (token == null ? "none" : "******")
          + ", offline="
          + offline
          + ", proxy="
          + proxy
          + "]";
    }
  }
}

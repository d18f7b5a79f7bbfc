package io.parlance.spring;

import io.parlance.Execution;
import io.parlance.Nlp;
import io.parlance.QueuePolicy;
import io.parlance.cache.CachePolicy;
import io.parlance.model.ModelSource;
import io.parlance.model.hub.HubOptions;
import io.parlance.spring.ParlanceProperties.Startup;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * The properties of one instance, applied to a builder; each is checked and named if it is wrong.
 */
final class InstanceSettings {
  private static final String PREFIX = "parlance.";

  /** As {@link Nlp.Builder#promptCache} has it. */
  private static final DataSize PROMPT_CACHE = DataSize.ofMegabytes(64);

  private final ParlanceProperties common;
  private final ParlanceProperties own;
  private final String prefix;

  private InstanceSettings(ParlanceProperties common, ParlanceProperties own, String prefix) {
    this.common = common;
    this.own = own;
    this.prefix = prefix;
  }

  /**
   * Finds the properties of an instance.
   *
   * @throws IllegalArgumentException if none are there for it
   */
  static InstanceSettings of(ParlanceProperties properties, String instance) {
    if (instance.equals(NlpInstances.DEFAULT)) {
      return new InstanceSettings(properties, properties, PREFIX);
    }
    ParlanceProperties own =
        properties.instances() == null ? null : properties.instances().get(instance);
    if (own == null) {
      throw new IllegalArgumentException("there are no properties parlance.instances." + instance);
    }
    return new InstanceSettings(properties, own, PREFIX + "instances." + instance + ".");
  }

  /** A value with the property that gave it. */
  private record Given<T>(String property, T value) {
    private void use(Consumer<T> setter) {
      try {
        setter.accept(value);
      } catch (RuntimeException e) {
        Object shown = property.endsWith("token") ? null : value;
        throw new InvalidPropertyException(property, shown, e.getMessage(), e);
      }
    }
  }

  /** The instance's own value, else the common one. */
  private <T> @Nullable Given<T> given(
      String property, Function<ParlanceProperties, @Nullable T> value) {
    T mine = value.apply(own);
    if (mine != null) {
      return new Given<>(prefix + property, mine);
    }
    T everybodys = value.apply(common);
    return everybodys == null ? null : new Given<>(PREFIX + property, everybodys);
  }

  private <T> void apply(
      String property, Function<ParlanceProperties, @Nullable T> value, Consumer<T> setter) {
    Given<T> given = given(property, value);
    if (given != null) {
      given.use(setter);
    }
  }

  /** When the models are loaded. */
  Startup startup() {
    Given<Startup> given = given("startup", ParlanceProperties::startup);
    return given == null ? Startup.LAZY : given.value();
  }

  /** Whether models are named. */
  boolean namesModels() {
    return ModelProperty.anyIn(own);
  }

  /** The property that names the model of a task, or null where none does. */
  @Nullable String propertyOf(String task) {
    return ModelProperty.ALL.stream()
        .filter(each -> each.task().equals(task) && each.value().apply(own) != null)
        .map(each -> prefix + each.name())
        .findFirst()
        .orElse(null);
  }

  /**
   * Applies everything.
   *
   * @throws InvalidPropertyException naming the first value that is wrong
   */
  void applyTo(Nlp.Builder builder) {
    if (own != common && own.instances() != null) {
      throw new InvalidPropertyException(
          prefix + "instances",
          own.instances().keySet(),
          "an instance has no instances of its own; name them under parlance.instances",
          null);
    }
    models(builder);
    builder.execution(execution());
    builder.cache(cache());
    builder.promptCache(promptCache());
    builder.queue(queue());
    HubOptions hub = hub();
    if (hub != null) {
      builder.hub(hub);
    }
    apply("timeout", ParlanceProperties::timeout, builder::timeout);
  }

  private void models(Nlp.Builder builder) {
    String variant = own.variant();
    if (variant != null && !variant.matches("[A-Za-z0-9_]+")) {
      throw new InvalidPropertyException(
          prefix + "variant",
          variant,
          "a variant is the part of a file's name behind model_: fp16, int8, uint8, quantized, q4,"
              + " q4f16, bnb4",
          null);
    }
    for (ModelProperty model : ModelProperty.ALL) {
      String source = model.value().apply(own);
      if (source != null) {
        new Given<>(prefix + model.name(), source)
            .use(
                text -> {
                  ModelSource read = ModelSource.of(text);
                  model
                      .target()
                      .accept(builder, variant == null ? read : read.withVariant(variant));
                });
      }
    }
  }

  private Execution execution() {
    Choice<Execution> execution = new Choice<>(Execution.cpu());
    apply("execution", ParlanceProperties::execution, text -> execution.set(Execution.parse(text)));
    apply(
        "cpu-fallback",
        ParlanceProperties::cpuFallback,
        wanted -> execution.change(now -> wanted ? now.orCpu() : now));
    apply(
        "threads",
        ParlanceProperties::threads,
        threads -> execution.change(now -> now.threads(positive(threads))));
    apply(
        "threads-per-run",
        ParlanceProperties::threadsPerRun,
        threads -> execution.change(now -> now.threadsPerRun(positive(threads))));
    return execution.get();
  }

  private static int positive(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("the number of threads must be at least 1");
    }
    return threads;
  }

  private CachePolicy cache() {
    return cache(
        "cache.",
        CachePolicy.defaults(),
        all -> all.cache() == null ? null : all.cache().maximumSize(),
        all -> all.cache() == null ? null : all.cache().expireAfterWrite());
  }

  private CachePolicy promptCache() {
    return cache(
        "prompt-cache.",
        CachePolicy.maximumBytes(PROMPT_CACHE.toBytes()),
        all -> all.promptCache() == null ? null : all.promptCache().maximumSize(),
        all -> all.promptCache() == null ? null : all.promptCache().expireAfterWrite());
  }

  private CachePolicy cache(
      String group,
      CachePolicy usual,
      Function<ParlanceProperties, @Nullable DataSize> size,
      Function<ParlanceProperties, @Nullable Duration> expiry) {
    Choice<CachePolicy> policy = new Choice<>(usual);
    apply(
        group + "maximum-size",
        size,
        given -> policy.set(CachePolicy.maximumBytes(given.toBytes())));
    apply(
        group + "expire-after-write",
        expiry,
        time -> policy.change(now -> now.expireAfterWrite(time)));
    return policy.get();
  }

  private QueuePolicy queue() {
    Choice<QueuePolicy> policy = new Choice<>(QueuePolicy.defaults());
    apply(
        "queue.maximum-calls",
        all -> all.queue() == null ? null : all.queue().maximumCalls(),
        calls -> policy.change(now -> now.maximumCalls(calls)));
    apply(
        "queue.tokens-per-run",
        all -> all.queue() == null ? null : all.queue().tokensPerRun(),
        tokens -> policy.change(now -> now.tokensPerRun(tokens)));
    return policy.get();
  }

  /** Null where nothing is set, so that the environment is read when a model needs it. */
  private @Nullable HubOptions hub() {
    if (own.hub() == null && common.hub() == null) {
      return null;
    }
    Choice<HubOptions> options = new Choice<>(HubOptions.fromEnvironment());
    hub("cache-folder", ParlanceProperties.Hub::cacheFolder, options, HubOptions::cacheFolder);
    hub("endpoint", ParlanceProperties.Hub::endpoint, options, HubOptions::endpoint);
    hub("token", ParlanceProperties.Hub::token, options, HubOptions::token);
    hub("offline", ParlanceProperties.Hub::offline, options, HubOptions::offline);
    hub("proxy", ParlanceProperties.Hub::proxy, options, InstanceSettings::proxy);
    hub(
        "symbolic-links",
        ParlanceProperties.Hub::symbolicLinks,
        options,
        HubOptions::symbolicLinks);
    hub(
        "metadata-timeout",
        ParlanceProperties.Hub::metadataTimeout,
        options,
        HubOptions::metadataTimeout);
    hub(
        "download-timeout",
        ParlanceProperties.Hub::downloadTimeout,
        options,
        HubOptions::downloadTimeout);
    return options.get();
  }

  private interface HubSetter<T> {
    HubOptions set(HubOptions options, T value);
  }

  private <T> void hub(
      String property,
      Function<ParlanceProperties.Hub, @Nullable T> value,
      Choice<HubOptions> options,
      HubSetter<T> setter) {
    apply(
        "hub." + property,
        all -> all.hub() == null ? null : value.apply(all.hub()),
        set -> options.change(now -> setter.set(now, set)));
  }

  private static HubOptions proxy(HubOptions options, String address) {
    int colon = address.lastIndexOf(':');
    if (colon < 1 || !address.substring(colon + 1).matches("\\d{1,5}") || address.contains("/")) {
      throw new IllegalArgumentException(
          "a proxy is given as HOST:PORT, such as proxy.acme.org:8080");
    }
    return options.proxy(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  /** A value that settings are put into one after the other. */
  private static final class Choice<T> {
    private T value;

    Choice(T value) {
      this.value = value;
    }

    void set(T other) {
      value = other;
    }

    void change(UnaryOperator<T> change) {
      value = change.apply(value);
    }

    T get() {
      return value;
    }
  }
}

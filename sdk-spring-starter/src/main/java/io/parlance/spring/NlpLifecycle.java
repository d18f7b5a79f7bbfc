package io.parlance.spring;

import io.parlance.NlpException;
import io.parlance.spring.NlpInstances.Instance;
import io.parlance.spring.ParlanceProperties.Startup;
import io.parlance.task.ModelHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Loads models before anything else of the application starts, and holds its end up until the calls
 * in flight are over. How long it may do that is {@code
 * spring.lifecycle.timeout-per-shutdown-phase}; then the beans are destroyed, which stops what is
 * left and frees the sessions while the JVM still runs as usual.
 */
final class NlpLifecycle implements SmartLifecycle {
  /** Before and after what has no phase (0), and so before and after the web server. */
  static final int PHASE = -1_000;

  private static final Logger LOG = LoggerFactory.getLogger(NlpLifecycle.class);

  private final NlpInstances instances;
  private final NlpFactory factory;
  private volatile boolean running;

  NlpLifecycle(NlpInstances instances, NlpFactory factory) {
    this.instances = instances;
    this.factory = factory;
  }

  @Override
  public void start() {
    instances
        .all()
        .forEach(
            (name, instance) -> {
              if (factory.instanceOf(instance.nlp()) != null) {
                load(factory.settings(name), name, instance);
              }
            });
    running = true;
  }

  private static void load(InstanceSettings settings, String name, Instance instance) {
    Startup startup = settings.startup();
    if (startup == Startup.LAZY) {
      return;
    }
    for (ModelHandle model : instance.nlp().models()) {
      String property = settings.propertyOf(model.task());
      if (property == null && settings.namesModels()) {
        continue; // a starter model that nobody asked for
      }
      try {
        if (startup == Startup.WARM_UP) {
          model.warmUp();
        } else {
          model.load();
        }
        LOG.info("Loaded {} as {} of instance '{}'", model.source(), model.task(), name);
      } catch (NlpException e) {
        throw new ModelStartupException(
            property == null ? "the starter model" : property,
            model.source().toString(),
            model.task(),
            e);
      }
    }
  }

  @Override
  public void stop() {
    running = false;
  }

  @Override
  public void stop(Runnable callback) {
    List<InstanceActivity> activities =
        instances.all().values().stream()
            .map(Instance::activity)
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    long calls = activities.stream().mapToLong(InstanceActivity::callsInFlight).sum();
    if (calls > 0) {
      LOG.info("Waiting for {} calls in flight", calls);
    }
    AtomicInteger busy = new AtomicInteger(activities.size() + 1);
    Runnable idle =
        () -> {
          if (busy.decrementAndGet() == 0) {
            running = false;
            callback.run();
          }
        };
    activities.forEach(activity -> activity.whenIdle(idle));
    idle.run();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Models stay usable when a context is only paused. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}

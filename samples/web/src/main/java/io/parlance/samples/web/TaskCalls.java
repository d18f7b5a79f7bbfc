package io.parlance.samples.web;

import io.parlance.Nlp;
import io.parlance.samples.web.CallTimes.Recording;
import io.parlance.samples.web.CallTimes.Timings;
import io.parlance.spring.NlpInstances;
import io.parlance.spring.NlpInstances.Instance;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Chooses the model of a request, waits for its turn and takes the time. */
@Component
final class TaskCalls {
  private final NlpInstances instances;
  private final CallTimes times;
  private final Admission calls;
  private final Admission writers;

  TaskCalls(NlpInstances instances, CallTimes times, WebLimits limits) {
    this.instances = instances;
    this.times = times;
    this.calls = new Admission(limits.calls(), limits.waiting(), limits.patience());
    this.writers = new Admission(limits.writers(), limits.waiting(), limits.patience());
  }

  /**
   * The answer to a request.
   *
   * @param task what was asked for
   * @param model name of the instance that answered
   * @param result what it found
   * @param timings how long that took
   */
  record Answered<R>(String task, String model, R result, Timings timings) {}

  /** An instance that a request named. */
  record Chosen(String name, Nlp nlp) {}

  /** A call that may ask for its times while it goes on. */
  @FunctionalInterface
  interface TimedCall<R> {
    R call(Chosen chosen, Recording times);
  }

  /**
   * Calls a model.
   *
   * @param model name of an instance, or null for the default one
   * @throws UnknownModelException if there is no such instance
   * @throws ModelNotConfiguredException if the instance has no model for the task
   * @throws Admission.BusyException if too much is going on
   */
  <R> Answered<R> call(ApiTask task, @Nullable String model, Function<Nlp, R> call) {
    return timed(
        task,
        model,
        (chosen, recording) -> {
          R result = call.apply(chosen.nlp());
          return new Answered<>(task.path(), chosen.name(), result, recording.timings());
        });
  }

  /** As {@link #call}, for calls that tell their times themselves. */
  <R> R timed(ApiTask task, @Nullable String model, TimedCall<R> call) {
    Chosen chosen = choose(model);
    if (task.model(chosen.nlp()).isEmpty()) {
      throw new ModelNotConfiguredException(task, chosen.name());
    }
    return (task.isWriting() ? writers : calls)
        .call(
            () -> {
              try (Recording recording = times.record()) {
                return call.call(chosen, recording);
              }
            });
  }

  /** The instance of this name. Names are looked up; no part of one is ever a path. */
  Chosen choose(@Nullable String model) {
    Map<String, Instance> all = instances.all();
    String name = model == null ? NlpInstances.DEFAULT : model;
    Instance found = all.get(name);
    if (found == null) {
      throw new UnknownModelException(name, all.keySet());
    }
    return new Chosen(name, found.nlp());
  }

  /** Every instance by its name. */
  Map<String, Instance> all() {
    return instances.all();
  }
}

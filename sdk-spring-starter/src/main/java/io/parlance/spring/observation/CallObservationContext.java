package io.parlance.spring.observation;

import io.micrometer.observation.Observation;
import io.parlance.CallReport;
import io.parlance.CallStart;
import org.jspecify.annotations.Nullable;

/** What is known of an observed call. */
public final class CallObservationContext extends Observation.Context {
  private final String instance;
  private final CallStart call;
  private @Nullable CallReport report;

  CallObservationContext(String instance, CallStart call) {
    this.instance = instance;
    this.call = call;
  }

  /** Name of the instance that is called. */
  public String instance() {
    return instance;
  }

  /** What is called. */
  public CallStart call() {
    return call;
  }

  /** How it went; null until the end. */
  public @Nullable CallReport report() {
    return report;
  }

  void report(CallReport ended) {
    report = ended;
  }
}

package io.parlance.spring.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.parlance.CallReport;

/**
 * Names and keys of the observation of a call; a bean of this type replaces the usual ones, which
 * its methods give where they are not overridden.
 */
public interface CallObservationConvention extends ObservationConvention<CallObservationContext> {
  /** The convention without changes. */
  CallObservationConvention DEFAULT = new CallObservationConvention() {};

  @Override
  default String getName() {
    return ParlanceObservation.CALL_NAME;
  }

  /** For example {@code classifier call}. */
  @Override
  default String getContextualName(CallObservationContext context) {
    return context.call().task() + " call";
  }

  @Override
  default KeyValues getLowCardinalityKeyValues(CallObservationContext context) {
    return KeyValues.of(
        ParlanceObservation.Key.INSTANCE.withValue(context.instance()),
        ParlanceObservation.Key.TASK.withValue(context.call().task()),
        ParlanceObservation.Key.MODE.withValue(context.call().asynchronous() ? "async" : "sync"));
  }

  @Override
  default KeyValues getHighCardinalityKeyValues(CallObservationContext context) {
    KeyValue inputs =
        ParlanceObservation.Detail.INPUTS.withValue(String.valueOf(context.call().inputs()));
    CallReport report = context.report();
    return report == null
        ? KeyValues.of(inputs)
        : KeyValues.of(
            inputs, ParlanceObservation.Detail.TOKENS.withValue(String.valueOf(report.tokens())));
  }

  @Override
  default boolean supportsContext(Observation.Context context) {
    return context instanceof CallObservationContext;
  }
}

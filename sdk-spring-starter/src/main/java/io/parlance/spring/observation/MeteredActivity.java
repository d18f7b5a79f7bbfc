package io.parlance.spring.observation;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.parlance.ActivityListener;
import io.parlance.CallReport;
import io.parlance.CallStart;
import io.parlance.LoadReport;
import io.parlance.RunReport;
import java.util.function.Consumer;

/** Observes the calls of one instance, and takes the times and sizes of their parts. */
final class MeteredActivity implements ActivityListener {
  private final String instance;
  private final ObservationRegistry observations;
  private final CallObservationConvention convention;
  private final MeterProvider<Timer> queue;
  private final MeterProvider<Timer> tokenization;
  private final MeterProvider<Timer> inference;
  private final MeterProvider<DistributionSummary> callTokens;
  private final MeterProvider<Timer> runs;
  private final MeterProvider<DistributionSummary> rows;
  private final MeterProvider<DistributionSummary> tokens;
  private final MeterProvider<DistributionSummary> padding;
  private final MeterProvider<Timer> loads;

  MeteredActivity(
      String instance,
      ObservationRegistry observations,
      CallObservationConvention convention,
      MeterRegistry meters) {
    this.instance = instance;
    this.observations = observations;
    this.convention = convention;
    queue = timer(meters, "parlance.call.queue", "Time from tokens to the first run");
    tokenization = timer(meters, "parlance.call.tokenization", "Time from texts to tokens");
    inference = timer(meters, "parlance.call.inference", "Time of the graph runs of a call");
    callTokens = summary(meters, "parlance.call.tokens", "tokens", "Tokens read and generated");
    runs = timer(meters, "parlance.run", "Runs of an encoder's graph");
    rows = summary(meters, "parlance.run.rows", "rows", "Texts and windows in a run");
    tokens = summary(meters, "parlance.run.tokens", "tokens", "Tokens in a run without padding");
    padding = summary(meters, "parlance.run.padding", "tokens", "Padding tokens in a run");
    loads = timer(meters, "parlance.model.load", "Loading of models");
  }

  private MeterProvider<Timer> timer(MeterRegistry meters, String name, String description) {
    return Timer.builder(name)
        .description(description)
        .tag(ParlanceObservation.Key.INSTANCE.asString(), instance)
        .withRegistry(meters);
  }

  private MeterProvider<DistributionSummary> summary(
      MeterRegistry meters, String name, String unit, String description) {
    return DistributionSummary.builder(name)
        .description(description)
        .baseUnit(unit)
        .tag(ParlanceObservation.Key.INSTANCE.asString(), instance)
        .withRegistry(meters);
  }

  private static Tags tags(String task) {
    return Tags.of(ParlanceObservation.Key.TASK.asString(), task);
  }

  @Override
  public Consumer<CallReport> callStarted(CallStart call) {
    CallObservationContext context = new CallObservationContext(instance, call);
    Observation observation = Observation.start(convention, () -> context, observations);
    return report -> ended(observation, context, report);
  }

  private void ended(Observation observation, CallObservationContext context, CallReport report) {
    context.report(report);
    Throwable failure = report.failure();
    if (failure != null) {
      observation.error(failure);
    }
    observation.stop();
    if (!report.inference().isZero()) { // else nothing was computed: a hit in the cache, a failure
      Tags tags = tags(report.call().task());
      queue.withTags(tags).record(report.queue());
      tokenization.withTags(tags).record(report.tokenization());
      inference.withTags(tags).record(report.inference());
      callTokens.withTags(tags).record(report.tokens());
    }
  }

  @Override
  public void graphRan(RunReport run) {
    Tags tags = tags(run.task());
    runs.withTags(tags).record(run.duration());
    rows.withTags(tags).record(run.rows());
    tokens.withTags(tags).record(run.tokens());
    padding.withTags(tags).record(run.paddingTokens());
  }

  @Override
  public void modelLoaded(LoadReport load) {
    Throwable failure = load.failure();
    String error = failure == null ? "none" : failure.getClass().getSimpleName();
    loads.withTags(tags(load.task()).and("error", error)).record(load.duration());
  }
}

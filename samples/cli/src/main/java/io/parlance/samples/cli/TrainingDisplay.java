package io.parlance.samples.cli;

import io.parlance.models.training.Evaluation;
import io.parlance.models.training.Metric;
import io.parlance.models.training.TrainingListener;
import io.parlance.models.training.TrainingProgress;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows how training goes. */
final class TrainingDisplay implements TrainingListener, AutoCloseable {

  private final Streams streams;
  private final Metric main;
  private @Nullable Progress progress;

  /**
   * @param main the metric shown beside the loss
   */
  TrainingDisplay(Streams streams, Metric main) {
    this.streams = streams;
    this.main = main;
  }

  @Override
  public void onStep(TrainingProgress now) {
    if (progress == null) {
      progress = new Progress(streams, "train", now.totalSteps(), now.step() - 1);
    }
    StringBuilder figures =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "loss %.3f, lr %.1e, %.0f ex/s, %.0f tok/s",
                now.loss(),
                now.learningRate(),
                now.examplesPerSecond(),
                now.tokensPerSecond()));
    Evaluation evaluation = now.evaluation();
    if (evaluation != null) {
      figures.append(String.format(Locale.ROOT, ", dev %.4f", evaluation.get(main)));
    }
    progress.step(now.step(), figures.toString(), now.timeLeft());
  }

  @Override
  public void onEvaluation(Evaluation evaluation) {
    StringBuilder line = new StringBuilder("step ").append(evaluation.step()).append(", dev");
    String separator = " ";
    for (Map.Entry<Metric, Double> each : evaluation.metrics().entrySet()) {
      line.append(separator)
          .append(String.format(Locale.ROOT, "%s %.4f", name(each.getKey()), each.getValue()));
      separator = ", ";
    }
    say(line.toString());
  }

  /** Says something that stays on its own line. */
  void say(String message) {
    if (progress == null) {
      streams.messages().println(message);
    } else {
      progress.say(message);
    }
  }

  static String name(Metric metric) {
    return metric.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}

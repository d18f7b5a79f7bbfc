package io.parlance.models.training;

import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import io.parlance.models.TrainableModel;
import io.parlance.models.autodiff.Gradients.Activations;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Value;
import io.parlance.models.random.CounterRandom;
import io.parlance.models.training.CheckpointFolder.Checkpoint;
import io.parlance.models.training.TrainingResult.Ending;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a {@link Trainer}, from the first update or a checkpoint to its end. Owns the
 * sessions.
 */
final class TrainingRun implements AutoCloseable {

  private final TrainableModel model;
  private final TrainingData data;
  private final TrainingOptions options;
  private final TrainingListener listener;
  private final BooleanSupplier stopRequested;
  private final Metric metric;
  private final int[] lengths;
  private final TrainingPlan plan;
  private final Throughput throughput;
  private final CounterRandom masking;
  private final CounterRandom dropout;
  private final CheckpointFolder checkpoints;
  private final Graph graph;
  private final GradientStep gradients;
  private final OptimizerStep optimizer;
  private final ParameterAverage average;
  private final @Nullable Evaluator evaluator;
  private final List<Runnable> closing = new ArrayList<>();
  private TrainingState state;

  TrainingRun(Trainer.Builder settings, BooleanSupplier stopRequested) {
    this.model = settings.model;
    this.data = settings.data;
    this.options = settings.options;
    this.listener = settings.listener;
    this.stopRequested = stopRequested;
    this.lengths = data.lengths();
    this.plan = new TrainingPlan(options, lengths);
    this.throughput = new Throughput(settings.nanoseconds, plan.totalSteps());
    CounterRandom random = CounterRandom.of(options.seed());
    this.masking = random.fork("masking");
    this.dropout = random.fork("dropout");
    TrainingData evaluationData = settings.evaluationData;
    this.metric = chosenMetric(options, evaluationData == null ? data : evaluationData);
    this.state = TrainingState.start(options.seed(), digest(settings));
    this.checkpoints = CheckpointFolder.open(settings.folder, options.keptCheckpoints());
    Checkpoint last = resumable(settings);

    this.graph = Graph.training(model.model().architecture());
    data.declareInputs(model.model(), graph);
    SessionOptions sessions = GradientStep.options().withExecution(settings.execution);
    Map<String, Value> outputs = data.forward(model.model(), graph);
    Value loss = outputs.get(GradientStep.LOSS);
    if (loss == null) {
      throw new InvalidInputException(
          model.model().architecture()
              + " has no loss for this data; its outputs are "
              + outputs.keySet());
    }
    boolean done = false;
    try {
      this.gradients =
          GradientStep.of(
              graph,
              Map.of(GradientStep.LOSS, loss),
              model.parameters(),
              model.parameters().keySet(),
              options.recomputeActivations() ? Activations.RECOMPUTED : Activations.KEPT,
              sessions);
      closing.add(gradients::close);
      this.optimizer =
          new OptimizerStep(
              options.optimizer(),
              model.parameters(),
              gradients.gradients(),
              this::group,
              sessions);
      closing.add(optimizer::close);
      this.average = new ParameterAverage(model.parameters(), options.averageDecay());
      closing.add(average::close);
      this.evaluator =
          evaluationData == null
              ? null
              : new Evaluator(model, evaluationData, options.batching(), sessions);
      if (evaluator != null) {
        closing.add(evaluator::close);
      }
      if (last != null) {
        last.restore(model.parameters(), optimizerAndAverage());
        state = last.state();
      }
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private static Metric chosenMetric(TrainingOptions options, TrainingData data) {
    Metric chosen = options.metric();
    return chosen == null ? data.mainMetric() : chosen;
  }

  private static String digest(Trainer.Builder settings) {
    RunDigest digest =
        new RunDigest()
            .add(settings.options.digest())
            .add(settings.model.model().configuration().toString())
            .add(settings.data.digest());
    TrainingData evaluationData = settings.evaluationData;
    return digest.add(evaluationData == null ? "" : evaluationData.digest()).hex();
  }

  private @Nullable Checkpoint resumable(Trainer.Builder settings) {
    Checkpoint last = checkpoints.latest();
    if (last == null) {
      return null;
    }
    if (!settings.resume) {
      throw new InvalidInputException(
          "folder %s has the checkpoint of a run after %d updates; resume that run or choose another folder"
              .formatted(settings.folder, last.state().step()));
    }
    if (!last.state().runDigest().equals(state.runDigest())) {
      throw new InvalidInputException(
          "folder %s has the checkpoints of another run: its options, model or data differ from those given; resume with the same or choose another folder"
              .formatted(settings.folder));
    }
    return last;
  }

  /** Vectors, that is biases and scales of norms, are not decayed. */
  private ParameterGroup group(String parameter) {
    Tensor tensor = model.parameters().get(parameter);
    boolean matrix = tensor != null && tensor.shape().length > 1;
    return ParameterGroup.decayed(matrix ? options.weightDecay() : 0);
  }

  TrainingResult run() {
    throughput.start(state.step());
    while (!isOver()) {
      List<int[]> batches = plan.batches(state.epoch());
      int position = state.batch();
      while (position < batches.size() && !isOver()) {
        int end = Math.min(position + options.accumulation(), batches.size());
        update(batches.subList(position, end), end == batches.size() ? 0 : end);
        position = end;
        boolean saved = evaluateAndSave(end == batches.size());
        if (stopRequested.getAsBoolean() && !isOver()) {
          if (!saved) {
            save();
          }
          return result(Ending.INTERRUPTED, state.step());
        }
      }
    }
    return finish();
  }

  private boolean isOver() {
    return state.step() >= plan.totalSteps() || isStoppedEarly();
  }

  private boolean isStoppedEarly() {
    return options.patience() > 0 && state.evaluationsSinceBest() >= options.patience();
  }

  /** One update from the gradients of some batches, each counting as much as it has targets. */
  private void update(List<int[]> batches, int nextBatch) {
    List<TrainingData.Batch> parts = new ArrayList<>(batches.size());
    int epoch = state.epoch();
    double rate = plan.learningRate(state.step());
    double loss;
    double norm;
    int examples = 0;
    long tokens = 0;
    try {
      long targets = 0;
      for (int[] batch : batches) {
        for (int[] some : BatchParts.cut(batch, lengths, gradients.workers())) {
          TrainingData.Batch part = data.batch(some, masking.fork(epoch));
          parts.add(part);
          targets += part.targets();
          examples += part.examples();
          tokens += part.tokens();
        }
      }
      loss = differentiate(parts, targets);
      requireFinite("loss", loss);
      norm = optimizer.apply(rate, state.step() + 1);
      average.update(state.step() + 1);
      requireFinite("gradient norm", norm);
    } finally {
      parts.forEach(TrainingData.Batch::close);
    }
    state = state.updated(nextBatch == 0 ? epoch + 1 : epoch, nextBatch);
    throughput.add(examples, tokens);
    listener.onStep(throughput.progress(state, epoch, loss, rate, norm));
  }

  private double differentiate(List<TrainingData.Batch> batches, long targets) {
    List<GradientStep.Part> parts = new ArrayList<>(batches.size());
    for (TrainingData.Batch batch : batches) {
      Map<String, Tensor> inputs = new LinkedHashMap<>(batch.inputs());
      inputs.keySet().retainAll(graph.inputs().keySet());
      parts.add(new GradientStep.Part(inputs, (double) batch.targets() / targets));
    }
    return gradients.run(parts, dropout.fork(state.step()));
  }

  private void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new NlpException(
          "the %s of update %d is %s; lower the learning rate (%s now) or resume from the last checkpoint with other data"
              .formatted(name, state.step() + 1, value, plan.learningRate(state.step())));
    }
  }

  /** What is due after an update; tells whether a checkpoint was written. */
  private boolean evaluateAndSave(boolean epochEnds) {
    boolean last = state.step() >= plan.totalSteps();
    boolean evaluate =
        evaluator != null && (last || isDue(options.evaluationInterval(), epochEnds));
    if (evaluator != null && evaluate) {
      Evaluation evaluation = evaluateAverage(evaluator);
      state = state.evaluated(evaluation, metric);
      listener.onEvaluation(evaluation);
    }
    boolean save =
        isOver()
            || state.isBest()
            || isDue(options.checkpointInterval(), evaluator == null ? epochEnds : evaluate);
    if (save) {
      save();
    }
    return save;
  }

  private Evaluation evaluateAverage(Evaluator of) {
    average.swap();
    try {
      return of.evaluate(state.step());
    } finally {
      average.swap();
    }
  }

  private Map<String, Tensor> optimizerAndAverage() {
    Map<String, Tensor> both = new LinkedHashMap<>(optimizer.state());
    both.putAll(average.state());
    return both;
  }

  private boolean isDue(long interval, boolean otherwise) {
    return interval > 0 ? state.step() % interval == 0 : otherwise;
  }

  private void save() {
    listener.onCheckpoint(
        checkpoints.save(state, model.parameters(), optimizerAndAverage()), state.step());
  }

  private TrainingResult finish() {
    Ending ending = state.step() >= plan.totalSteps() ? Ending.FINISHED : Ending.EARLY_STOPPED;
    TrainingState.Best best = state.best();
    if (best == null || best.step() == state.step()) {
      average.swap();
      return result(ending, state.step());
    }
    Checkpoint checkpoint = checkpoints.at(best.step());
    if (checkpoint == null) {
      throw new NlpException(
          "the best checkpoint, after "
              + best.step()
              + " updates, is gone or broken; the model has its last parameters");
    }
    checkpoint.restore(model.parameters(), optimizerAndAverage());
    average.swap();
    return result(ending, best.step());
  }

  private TrainingResult result(Ending ending, long parametersOf) {
    return new TrainingResult(ending, state.step(), parametersOf, state.evaluations());
  }

  @Override
  public void close() {
    closing.forEach(Runnable::run);
    closing.clear();
  }
}

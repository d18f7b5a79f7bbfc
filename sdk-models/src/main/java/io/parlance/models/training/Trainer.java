package io.parlance.models.training;

import io.parlance.Execution;
import io.parlance.InvalidInputException;
import io.parlance.models.TrainableModel;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model: shuffled batches of similar length, dropout, gradient accumulation and clipping,
 * AdamW, a learning rate schedule, evaluation, early stopping and checkpoints.
 *
 * <p>Seed, options, data and initial parameters decide the result to the last bit on a given
 * machine and number of threads, whether a run goes through undisturbed or is stopped or killed and
 * resumed from its last checkpoint.
 *
 * <p>The model's parameters are changed in place; nobody else may use the model meanwhile. One
 * trainer makes one run.
 */
public final class Trainer {

  private final Builder settings;
  private volatile boolean stopRequested;

  private Trainer(Builder settings) {
    this.settings = settings;
  }

  /**
   * Settings of a run.
   *
   * @param model what is trained; stays the caller's
   * @param data what it is trained on
   * @param folder where checkpoints go; made if it is not there
   */
  public static Builder builder(TrainableModel model, TrainingData data, Path folder) {
    return new Builder(model, data, folder);
  }

  /**
   * Trains until all updates are made, the metric stops getting better or {@link #stop()} is
   * called. Afterwards the model has the parameters of the best evaluation, or, without
   * evaluations, the last ones.
   *
   * @throws InvalidInputException if the data does not fit the model, or the folder has checkpoints
   *     of another run, or has checkpoints and the run is not to be resumed
   * @throws io.parlance.NlpException if a loss is not finite or a checkpoint cannot be written
   */
  public TrainingResult train() {
    try (TrainingRun run = new TrainingRun(settings, () -> stopRequested)) {
      return run.run();
    }
  }

  /**
   * Asks a run to write a checkpoint after the current update and to return. May be called from any
   * thread, also before the run begins.
   */
  public void stop() {
    stopRequested = true;
  }

  /** Settings of a run; what is not said stays at its default. */
  public static final class Builder {
    final TrainableModel model;
    final TrainingData data;
    final Path folder;
    @Nullable TrainingData evaluationData;
    TrainingOptions options = TrainingOptions.builder().build();
    TrainingListener listener = TrainingListener.NONE;
    Execution execution = Execution.cpu();
    LongSupplier nanoseconds = System::nanoTime;
    boolean resume;

    private Builder(TrainableModel model, TrainingData data, Path folder) {
      this.model = model;
      this.data = data;
      this.folder = folder;
    }

    /** What the model is evaluated on; without it there is no evaluation. */
    public Builder evaluationData(TrainingData value) {
      evaluationData = value;
      return this;
    }

    /** How the model is trained. */
    public Builder options(TrainingOptions value) {
      options = value;
      return this;
    }

    /** Who is told how the run goes. */
    public Builder listener(TrainingListener value) {
      listener = value;
      return this;
    }

    /** Where the graphs run; the CPU by default. */
    public Builder execution(Execution value) {
      execution = value;
      return this;
    }

    /**
     * Whether to go on from the last checkpoint in the folder, if there is one. Without this a
     * folder with checkpoints is refused.
     */
    public Builder resume(boolean value) {
      resume = value;
      return this;
    }

    /** The clock that speeds are measured with. */
    Builder clock(LongSupplier value) {
      nanoseconds = value;
      return this;
    }

    /** The trainer of one run with these settings. */
    public Trainer build() {
      Builder copy = new Builder(model, data, folder);
      copy.evaluationData = evaluationData;
      copy.options = options;
      copy.listener = listener;
      copy.execution = execution;
      copy.nanoseconds = nanoseconds;
      copy.resume = resume;
      return new Trainer(copy);
    }
  }
}

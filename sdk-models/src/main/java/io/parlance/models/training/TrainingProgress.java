package io.parlance.models.training;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a run stands after an update.
 *
 * @param step updates done
 * @param totalSteps updates of the whole run
 * @param epoch the epoch of this update, from 0
 * @param loss the loss of this update's examples, before it
 * @param learningRate the rate of this update
 * @param gradientNorm the L2 norm of all gradients before clipping
 * @param examplesPerSecond examples trained on, over the last seconds
 * @param tokensPerSecond tokens trained on without padding, over the last seconds
 * @param timeLeft what the remaining updates will take at the speed of this run so far, evaluations
 *     included
 * @param evaluation the last evaluation, or null before the first
 */
public record TrainingProgress(
    long step,
    long totalSteps,
    int epoch,
    double loss,
    double learningRate,
    double gradientNorm,
    double examplesPerSecond,
    double tokensPerSecond,
    Duration timeLeft,
    @Nullable Evaluation evaluation) {}

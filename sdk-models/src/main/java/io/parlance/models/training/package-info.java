/** Optimizers, schedules, checkpoints, metrics and the trainer. */
@NullMarked
package io.parlance.models.training;

import org.jspecify.annotations.NullMarked;

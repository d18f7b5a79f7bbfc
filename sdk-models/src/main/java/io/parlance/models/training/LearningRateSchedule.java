package io.parlance.models.training;

/**
 * How the learning rate changes over the updates of a run: a linear warm-up from 0, then one of
 * these shapes. The formulas are those of the schedules of the same names in Hugging Face
 * transformers.
 */
public enum LearningRateSchedule {
  /** The peak rate after the warm-up. */
  CONSTANT {
    @Override
    double afterWarmup(long update, long warmup, long total) {
      return 1;
    }
  },

  /** Falls linearly to 0 at the last update. */
  LINEAR {
    @Override
    double afterWarmup(long update, long warmup, long total) {
      return Math.max(0, (total - update) / (double) Math.max(1, total - warmup));
    }
  },

  /** Falls along half a cosine wave to 0 at the last update; beyond it the rate rises again. */
  COSINE {
    @Override
    double afterWarmup(long update, long warmup, long total) {
      double progress = (update - warmup) / (double) Math.max(1, total - warmup);
      return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
    }
  },

  /**
   * Falls with the square root of the number of updates, on the time scale of the warm-up (10000
   * without one).
   */
  INVERSE_SQUARE_ROOT {
    @Override
    double afterWarmup(long update, long warmup, long total) {
      double timescale = warmup > 0 ? warmup : 10_000;
      return 1 / Math.sqrt((update + timescale - warmup) / timescale);
    }
  };

  /**
   * The factor on the peak learning rate for one update.
   *
   * @param update the update, from 0
   * @param warmup the number of warm-up updates; update 0 has rate 0 if this is positive
   * @param total the number of updates in the whole run
   * @throws IllegalArgumentException if an argument is negative
   */
  public double factor(long update, long warmup, long total) {
    if (update < 0 || warmup < 0 || total < 0) {
      throw new IllegalArgumentException(
          "update "
              + update
              + ", warm-up "
              + warmup
              + " and total "
              + total
              + " must not be negative");
    }
    return update < warmup ? update / (double) warmup : afterWarmup(update, warmup, total);
  }

  abstract double afterWarmup(long update, long warmup, long total);
}

package io.parlance.samples.batch;

/**
 * Which documents a run processes, fixed before it processes the first one, so that a restart means
 * the same ones.
 *
 * @param first the least key
 * @param last the greatest key; less than the first where there is nothing to do
 * @param documents how many of the keys between are documents of this run
 * @param partitions ranges of keys that are processed by themselves
 */
record RunPlan(long first, long last, long documents, int partitions) {
  /** Ranges that are taken one after the other by those that work at the same time. */
  private static final int MOST_PARTITIONS = 16;

  private static final int CHUNKS_OF_A_PARTITION = 4;

  /** Few documents stay together, so that their chunks are full. */
  static RunPlan of(long first, long last, long documents, int chunkSize) {
    long size = (long) CHUNKS_OF_A_PARTITION * chunkSize;
    long partitions = (documents + size - 1) / size;
    return new RunPlan(
        first, last, documents, (int) Math.max(1, Math.min(MOST_PARTITIONS, partitions)));
  }

  /** The least key of a partition, counted from 0; that of one too many is after the last key. */
  long firstOf(int partition) {
    long keys = last - first + 1;
    return first + keys / partitions * partition + Math.min(keys % partitions, partition);
  }
}

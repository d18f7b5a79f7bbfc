package io.parlance.task;

/** A model in memory. */
interface LoadedModel extends AutoCloseable {
  /** Frees it; nobody uses it any more. */
  @Override
  void close();
}

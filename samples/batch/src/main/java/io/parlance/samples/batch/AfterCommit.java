package io.parlance.samples.batch;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What is said only of what lasts. */
final class AfterCommit {
  private AfterCommit() {}

  /** Does it when the transaction of this thread is committed, and not at all if it is not. */
  static void run(Runnable work) {
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            work.run();
          }
        });
  }
}

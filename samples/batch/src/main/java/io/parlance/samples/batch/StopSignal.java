package io.parlance.samples.batch;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Stops the job in good order when the application is ended, as by Ctrl-C: chunks in work are
 * committed, further ones do not begin. Thread-safe.
 */
final class StopSignal implements StepExecutionListener, ApplicationListener<ContextClosedEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);

  private final Duration patience;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Set<StepExecution> running = new HashSet<>(); // guarded by this
  private boolean begun; // guarded by this
  private boolean stopped; // guarded by this

  /**
   * Nothing runs yet.
   *
   * @param patience how long the end of the application waits for the job
   */
  StopSignal(Duration patience) {
    this.patience = patience;
  }

  /** The job begins. */
  synchronized void begin() {
    begun = true;
  }

  /** The job has ended. */
  void end() {
    ended.countDown();
  }

  /** Whether the job was told to stop. */
  synchronized boolean isStopped() {
    return stopped;
  }

  @Override
  public synchronized void beforeStep(StepExecution step) {
    running.add(step);
    if (stopped) {
      step.setTerminateOnly();
    }
  }

  @Override
  public synchronized @Nullable ExitStatus afterStep(StepExecution step) {
    running.remove(step);
    return null;
  }

  @Override
  public void onApplicationEvent(ContextClosedEvent event) {
    synchronized (this) {
      if (!begun || ended.getCount() == 0) {
        return;
      }
      stopped = true;
      running.forEach(StepExecution::setTerminateOnly);
    }
    LOG.info("Stopping when the chunks in work are done");
    try {
      if (!ended.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("Not done within {}; these chunks will be processed again", patience);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

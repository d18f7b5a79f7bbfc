package io.parlance.samples.batch;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What a process that was killed left behind. Its executions still say that they run, and Spring
 * Batch refuses to start the job beside them. Who calls this knows that the process is gone.
 */
final class UnfinishedExecutions {
  private static final Logger LOG = LoggerFactory.getLogger(UnfinishedExecutions.class);

  private final JobRepository repository;
  private final TransactionTemplate transaction;

  UnfinishedExecutions(JobRepository repository, TransactionTemplate transaction) {
    this.repository = repository;
    this.transaction = transaction;
  }

  /** Makes an instance of the job one that can be started. */
  void recover(String job, JobParameters parameters) {
    transaction.executeWithoutResult(
        status -> {
          JobInstance instance = repository.getJobInstance(job, parameters);
          if (instance == null) {
            return;
          }
          List<JobExecution> executions = repository.getJobExecutions(instance);
          if (executions.isEmpty()) {
            // killed between the two: an instance without executions can neither start nor restart
            repository.deleteJobInstance(instance);
          }
          executions.forEach(this::fail);
        });
  }

  private void fail(JobExecution execution) {
    ExitStatus ended = ExitStatus.FAILED.addExitDescription("the process ended");
    for (StepExecution step : execution.getStepExecutions()) {
      if (isUnfinished(step.getStatus())) {
        step.setStatus(BatchStatus.FAILED);
        step.setExitStatus(ended);
        step.setEndTime(LocalDateTime.now(ZoneId.systemDefault()));
        repository.update(step);
      }
    }
    if (isUnfinished(execution.getStatus())) {
      LOG.info("Going on where execution {} was interrupted", execution.getId());
      execution.setStatus(BatchStatus.FAILED);
      execution.setExitStatus(ended);
      execution.setEndTime(LocalDateTime.now(ZoneId.systemDefault()));
      repository.update(execution);
    }
  }

  /**
   * An unknown status, which Spring Batch never restarts, means that a commit may or may not have
   * happened; the table of documents knows.
   */
  private static boolean isUnfinished(BatchStatus status) {
    return status.isRunning() || status == BatchStatus.STOPPING || status == BatchStatus.UNKNOWN;
  }
}

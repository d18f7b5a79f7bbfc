package io.parlance.samples.batch;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.parameters.InvalidJobParametersException;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobExecutionAlreadyRunningException;
import org.springframework.batch.core.launch.JobInstanceAlreadyCompleteException;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.launch.JobRestartException;
import org.springframework.batch.core.repository.JobRepository;

/**
 * Runs the job once: goes on with the last run over the input if that was interrupted, else begins
 * a new one, which processes what is new.
 */
final class DocumentJob {
  private final JobOptions options;
  private final DataSource dataSource;
  private final JobOperator operator;
  private final JobRepository repository;
  private final Job job;
  private final Runs runs;
  private final DocumentTasks tasks;
  private final UnfinishedExecutions unfinished;
  private final StopSignal stop;
  private final JobReport report;

  DocumentJob(
      JobOptions options,
      DataSource dataSource,
      JobOperator operator,
      JobRepository repository,
      Job job,
      Runs runs,
      DocumentTasks tasks,
      UnfinishedExecutions unfinished,
      StopSignal stop,
      JobReport report) {
    this.options = options;
    this.dataSource = dataSource;
    this.operator = operator;
    this.repository = repository;
    this.job = job;
    this.runs = runs;
    this.tasks = tasks;
    this.unfinished = unfinished;
    this.stop = stop;
    this.report = report;
  }

  /**
   * Runs the job to its end, or until it is stopped.
   *
   * @throws InvalidOptionException if it cannot be run with these options
   */
  JobOutcome run() throws IOException, SQLException {
    Path location = options.input().toRealPath();
    long input = runs.input(location.toString());
    try (InputLock lock = InputLock.acquire(dataSource, input, location.toString())) {
      stop.begin();
      Run run = next(input, location);
      JobParameters parameters = parameters(run, location);
      unfinished.recover(job.getName(), parameters);
      return report.print(start(parameters), run, stop.isStopped());
    } finally {
      stop.end();
    }
  }

  private JobExecution start(JobParameters parameters) {
    try {
      return operator.start(job, parameters);
    } catch (JobExecutionAlreadyRunningException
        | JobInstanceAlreadyCompleteException
        | JobRestartException
        | InvalidJobParametersException e) {
      throw new IllegalStateException(
          "the run cannot be started although it was made ready for it: " + e.getMessage(), e);
    }
  }

  private static JobParameters parameters(Run run, Path location) {
    return new JobParametersBuilder()
        .addString(DocumentJobConfiguration.INPUT, location.toString())
        .addLong(DocumentJobConfiguration.RUN, run.number())
        .addLong(DocumentJobConfiguration.INPUT_ID, run.input(), false)
        .toJobParameters();
  }

  /** The run to go on with, or a new one. */
  private Run next(long input, Path location) {
    Optional<Runs.Begun> last = runs.last(input);
    if (last.isEmpty()) {
      return new Run(input, 1);
    }
    Run run = new Run(input, last.get().number());
    boolean sameWork = last.get().work().equals(tasks.work());
    if (!sameWork && !options.again()) {
      throw new InvalidOptionException(
          "the documents of "
              + location
              + " were processed with "
              + last.get().work()
              + " in this database, and now it is to be "
              + tasks.work()
              + "; give --again to delete these results, or another --database to keep them");
    }
    JobExecution execution =
        repository.getLastJobExecution(job.getName(), parameters(run, location));
    boolean complete = execution != null && execution.getStatus() == BatchStatus.COMPLETED;
    return complete || !sameWork ? new Run(input, run.number() + 1) : run;
  }
}

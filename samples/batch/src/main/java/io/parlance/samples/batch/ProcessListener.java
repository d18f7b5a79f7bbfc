package io.parlance.samples.batch;

import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.step.StepExecution;

/** Tells the progress what there is to do, and makes sure at the end that nothing of it is left. */
final class ProcessListener implements StepExecutionListener {
  private final Runs runs;
  private final Documents documents;
  private final Progress progress;

  ProcessListener(Runs runs, Documents documents, Progress progress) {
    this.runs = runs;
    this.documents = documents;
    this.progress = progress;
  }

  @Override
  public void beforeStep(StepExecution step) {
    RunPlan plan = runs.plan(DocumentJobConfiguration.run(step.getJobParameters()));
    progress.start(plan.documents(), plan.documents() - pending(step));
  }

  @Override
  public @Nullable ExitStatus afterStep(StepExecution step) {
    progress.end();
    long left = pending(step);
    if (step.getStatus() != BatchStatus.COMPLETED || left == 0) {
      return null;
    }
    step.setStatus(BatchStatus.FAILED);
    step.addFailureException(
        new IllegalStateException(left + " documents were left out; start the job again"));
    return ExitStatus.FAILED;
  }

  private long pending(StepExecution step) {
    Run run = DocumentJobConfiguration.run(step.getJobParameters());
    RunPlan plan = runs.plan(run);
    return documents.pending(run.input(), plan.first(), plan.last());
  }
}

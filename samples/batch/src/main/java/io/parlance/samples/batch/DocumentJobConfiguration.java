package io.parlance.samples.batch;

import io.parlance.Nlp;
import io.parlance.spring.ParlanceProperties;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.batch.core.configuration.annotation.StepScope;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.partition.Partitioner;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.springframework.batch.infrastructure.item.database.JdbcPagingItemReader;
import org.springframework.batch.infrastructure.item.database.Order;
import org.springframework.batch.infrastructure.item.database.builder.JdbcPagingItemReaderBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The job and its four steps.
 *
 * <ol>
 *   <li>{@value #PREPARE} notes that a run begins, and undoes what it is to do again.
 *   <li>{@value #REGISTER} puts what is new in the input into the table of documents.
 *   <li>{@value #PLAN} fixes which of the documents this run processes.
 *   <li>{@value #PROCESS} processes them: ranges of keys in parallel, each in chunks.
 * </ol>
 *
 * <p>Where a run stands is what the table says: a document is pending until the transaction that
 * writes its results. So any step may be killed at any time and be started again, and readers keep
 * no state of their own.
 */
@Configuration(proxyBeanMethods = false)
class DocumentJobConfiguration {
  /** Name of the job. */
  static final String JOB = "documents";

  /** Identifying parameter: where the documents are. */
  static final String INPUT = "input";

  /** Identifying parameter: the number of the run over the input. */
  static final String RUN = "run";

  /** Parameter: the key of the input. */
  static final String INPUT_ID = "inputId";

  static final String PREPARE = "prepare";
  static final String REGISTER = "register";
  static final String PLAN = "plan";
  static final String PROCESS = "process";

  private static final int REGISTERED_AT_ONCE = 500;
  private static final String PARTITION = "partition";

  @Bean
  Documents documents(JdbcTemplate jdbc) {
    return new Documents(jdbc);
  }

  @Bean
  Runs runs(JdbcClient jdbc) {
    return new Runs(jdbc);
  }

  @Bean
  DocumentSource documentSource(JobOptions options) {
    return DocumentSource.of(options);
  }

  @Bean
  DocumentTasks documentTasks(
      Nlp nlp, ParlanceProperties properties, JobOptions options, JdbcTemplate jdbc) {
    return DocumentTasks.of(nlp, properties, options, jdbc);
  }

  @Bean
  Progress progress(Console console) {
    return new Progress(console.messages(), console.terminal(), System::nanoTime);
  }

  @Bean
  Skips skips(Documents documents, Progress progress, JobOptions options) {
    return new Skips(documents, progress, options.skipLimit());
  }

  @Bean
  StopSignal stopSignal(
      @Value("${spring.lifecycle.timeout-per-shutdown-phase:30s}") Duration patience) {
    return new StopSignal(patience);
  }

  @Bean
  Job documentJob(
      JobRepository repository,
      @Qualifier(PREPARE) Step prepare,
      @Qualifier(REGISTER) Step register,
      @Qualifier(PLAN) Step plan,
      @Qualifier(PROCESS) Step process) {
    return new JobBuilder(JOB, repository)
        .start(prepare)
        .next(register)
        .next(plan)
        .next(process)
        .build();
  }

  @Bean(PREPARE)
  Step prepare(
      JobRepository repository,
      PlatformTransactionManager transactions,
      Runs runs,
      Documents documents,
      DocumentTasks tasks,
      JobOptions options) {
    Tasklet work =
        (contribution, context) -> {
          Run run = run(contribution.getStepExecution().getJobParameters());
          if (runs.last(run.input()).filter(last -> last.number() == run.number()).isPresent()) {
            return RepeatStatus.FINISHED; // killed after this step, before that was noted
          }
          if (options.again()) {
            documents.forget(run.input());
          } else if (options.retrySkipped()) {
            documents.retrySkipped(run.input());
          }
          runs.begin(run, tasks.work());
          return RepeatStatus.FINISHED;
        };
    return new StepBuilder(PREPARE, repository).tasklet(work, transactions).build();
  }

  @Bean(REGISTER)
  Step register(
      JobRepository repository,
      PlatformTransactionManager transactions,
      DocumentSource source,
      @Qualifier("registration") ItemWriter<FoundDocument> registration,
      StopSignal stop) {
    return new StepBuilder(REGISTER, repository)
        .<FoundDocument, FoundDocument>chunk(REGISTERED_AT_ONCE)
        .reader(new ListingReader(source))
        .writer(registration)
        .transactionManager(transactions)
        .listener(stop)
        .build();
  }

  @Bean
  @StepScope
  ItemWriter<FoundDocument> registration(
      Documents documents,
      @Value("#{jobParameters['" + INPUT_ID + "']}") long input,
      @Value("#{jobParameters['" + RUN + "']}") long number) {
    return new Registration(documents, new Run(input, number));
  }

  @Bean(PLAN)
  Step plan(
      JobRepository repository,
      PlatformTransactionManager transactions,
      Runs runs,
      Documents documents,
      JobOptions options) {
    Tasklet work =
        (contribution, context) -> {
          Run run = run(contribution.getStepExecution().getJobParameters());
          runs.plan(run, documents.plan(run.input(), options.limit(), options.chunkSize()));
          return RepeatStatus.FINISHED;
        };
    return new StepBuilder(PLAN, repository).tasklet(work, transactions).build();
  }

  @Bean(PROCESS)
  Step process(
      JobRepository repository,
      @Qualifier("chunks") Step chunks,
      @Qualifier("partitioner") Partitioner partitioner,
      ProcessListener listener,
      StopSignal stop,
      JobOptions options) {
    SimpleAsyncTaskExecutor threads = new SimpleAsyncTaskExecutor("documents-");
    threads.setConcurrencyLimit(options.parallel());
    return new StepBuilder(PROCESS, repository)
        .partitioner(PROCESS, partitioner)
        .step(chunks)
        .taskExecutor(threads)
        .listener(listener)
        .listener(stop)
        .build();
  }

  @Bean
  ProcessListener processListener(Runs runs, Documents documents, Progress progress) {
    return new ProcessListener(runs, documents, progress);
  }

  /** As many partitions as the plan says, whatever was asked for now or before a restart. */
  @Bean
  @StepScope
  Partitioner partitioner(
      Runs runs,
      @Value("#{jobParameters['" + INPUT_ID + "']}") long input,
      @Value("#{jobParameters['" + RUN + "']}") long number) {
    return gridSize -> {
      Map<String, ExecutionContext> partitions = new HashMap<>();
      for (int i = 0; i < runs.plan(new Run(input, number)).partitions(); i++) {
        partitions.put(PARTITION + i, new ExecutionContext());
      }
      return partitions;
    };
  }

  /**
   * What each partition runs. A partition that was complete when the job was killed is looked at
   * again, which finds nothing to do.
   */
  @Bean
  Step chunks(
      JobRepository repository,
      PlatformTransactionManager transactions,
      JdbcPagingItemReader<PendingDocument> pendingDocuments,
      DocumentSource source,
      DocumentTasks tasks,
      Documents documents,
      Skips skips,
      Progress progress,
      StopSignal stop,
      JobOptions options) {
    return new StepBuilder("chunks", repository)
        .<PendingDocument, LoadedDocument>chunk(options.chunkSize())
        .reader(pendingDocuments)
        .processor(new TextLoading(source))
        .writer(new DocumentScoring(tasks, documents, skips, progress))
        .transactionManager(transactions)
        .faultTolerant()
        .skipPolicy(skips)
        .skipListener(skips)
        .allowStartIfComplete(true)
        .listener(stop)
        .build();
  }

  /** The pending documents of a partition. Which one it is says the name of its step. */
  @Bean
  @StepScope
  JdbcPagingItemReader<PendingDocument> pendingDocuments(
      DataSource dataSource,
      Runs runs,
      JobOptions options,
      @Value("#{jobParameters['" + INPUT_ID + "']}") long input,
      @Value("#{jobParameters['" + RUN + "']}") long number,
      @Value("#{stepExecution.stepName}") String step)
      throws Exception {
    RunPlan plan = runs.plan(new Run(input, number));
    int partition =
        Integer.parseInt(step.substring(step.lastIndexOf(PARTITION) + PARTITION.length()));
    return new JdbcPagingItemReaderBuilder<PendingDocument>()
        .dataSource(dataSource)
        .saveState(false)
        .selectClause(Documents.COLUMNS)
        .fromClause("document")
        // the sum keeps H2 from reading all documents of the input for each page
        .whereClause("input_id + 0 = :input AND state = 'PENDING' AND id >= :first AND id < :end")
        .parameterValues(
            Map.of(
                "input", input,
                "first", plan.firstOf(partition),
                "end", plan.firstOf(partition + 1)))
        .sortKeys(Map.of("id", Order.ASCENDING))
        .rowMapper(Documents.PENDING)
        .pageSize(options.chunkSize())
        .build();
  }

  static Run run(JobParameters parameters) {
    Long input = parameters.getLong(INPUT_ID);
    Long number = parameters.getLong(RUN);
    if (input == null || number == null) {
      throw new IllegalStateException("not parameters of a run: " + parameters);
    }
    return new Run(input, number);
  }
}

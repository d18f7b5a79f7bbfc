package io.parlance.samples.batch;

import javax.sql.DataSource;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The application: Spring Boot brings the database, the repository of Spring Batch in it and {@code
 * Nlp}; {@link JobOptions} and {@link Console} are beans of who starts it.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(DocumentJobConfiguration.class)
class BatchApplication {

  @Bean
  JobReport jobReport(
      JdbcClient jdbc,
      DataSource dataSource,
      Progress progress,
      JobOptions options,
      DocumentTasks tasks,
      Console console) {
    return new JobReport(jdbc, dataSource, progress, options, tasks, console);
  }

  @Bean
  UnfinishedExecutions unfinishedExecutions(
      JobRepository repository, PlatformTransactionManager transactions) {
    return new UnfinishedExecutions(repository, new TransactionTemplate(transactions));
  }

  @Bean
  DocumentJob documentJobRun(
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
    return new DocumentJob(
        options, dataSource, operator, repository, job, runs, tasks, unfinished, stop, report);
  }
}

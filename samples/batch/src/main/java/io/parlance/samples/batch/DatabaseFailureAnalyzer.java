package io.parlance.samples.batch;

import java.sql.SQLException;
import org.h2.api.ErrorCode;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says why the database cannot be used, and what to do. */
final class DatabaseFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> {
  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
    if (cause.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1) {
      return new FailureAnalysis(
          "The database is open in another process: " + cause.getMessage(),
          "Wait for the end of the other run, or give --database another file.",
          cause);
    }
    return new FailureAnalysis(
        "The database cannot be used: " + cause.getMessage(),
        "Check --database, or spring.datasource.url, username and password.",
        cause);
  }
}

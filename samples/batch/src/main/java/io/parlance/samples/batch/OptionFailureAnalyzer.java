package io.parlance.samples.batch;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Shows a wrong option without the stack of beans that noticed it. */
final class OptionFailureAnalyzer extends AbstractFailureAnalyzer<InvalidOptionException> {
  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, InvalidOptionException cause) {
    return new FailureAnalysis(cause.getMessage(), "Change the option.", cause);
  }
}

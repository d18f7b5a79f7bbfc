package io.parlance.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Says which property is wrong, its value and what is allowed. */
final class PropertyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidPropertyException> {
  private final Environment environment;

  PropertyFailureAnalyzer(Environment environment) {
    this.environment = environment;
  }

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, InvalidPropertyException cause) {
    return new FailureAnalysis(
        cause.describe(environment.getProperty(cause.property())),
        "Change the property " + cause.property() + ".",
        cause);
  }
}

package io.parlance.spring;

import io.parlance.NativeLibraryException;
import io.parlance.runtime.Diagnostics;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which model could not be loaded, and what keeps native libraries from being loaded. */
final class ModelFailureAnalyzer extends AbstractFailureAnalyzer<ModelStartupException> {
  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, ModelStartupException cause) {
    String action =
        "Change "
            + cause.property()
            + ", or set parlance.startup to lazy to start without the model.";
    if (cause.getCause() instanceof NativeLibraryException) {
      action = "Make the native libraries loadable. " + Diagnostics.read();
    }
    return new FailureAnalysis(cause.getMessage(), action, cause);
  }
}

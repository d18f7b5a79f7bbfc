package io.parlance.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import org.jspecify.annotations.Nullable;

/** The native options of one run in flight, through which other threads stop it. */
final class ActiveRun implements AutoCloseable {
  private OrtSession.@Nullable RunOptions options; // guarded by this; null once the run is over
  private boolean terminated; // guarded by this

  ActiveRun() throws OrtException {
    options = new OrtSession.RunOptions();
  }

  /** For the thread that runs; it closes this object only afterwards. */
  synchronized OrtSession.RunOptions options() {
    if (options == null) {
      throw new IllegalStateException("the run is over");
    }
    return options;
  }

  /** Asks the run to stop at its next node. Nothing happens if it is over. */
  synchronized void terminate() {
    if (options != null && !terminated) {
      try {
        options.setTerminate(true);
        terminated = true;
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime refuses to stop a run", e);
      }
    }
  }

  synchronized boolean isTerminated() {
    return terminated;
  }

  @Override
  public synchronized void close() {
    if (options != null) {
      options.close();
      options = null;
    }
  }
}

package io.parlance.samples.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.parlance.tokenizers.Encoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What is left when everything but ONNX Runtime is taken away: one session, one thread, one text a
 * run, tokens made before, the logits copied out and looked at.
 */
final class BareSession implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final OrtSession session;

  BareSession(Path model) throws OrtException {
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    options.setMemoryPatternOptimization(false);
    session = environment.createSession(model.toString(), options);
  }

  /** Runs one text and gives its highest logit. */
  float run(Encoding tokens) throws OrtException {
    return run(tokens.ids(), tokens.typeIds());
  }

  /** Runs the tokens of one text and gives its highest logit. */
  float run(int[] ids, int[] types) throws OrtException {
    int length = ids.length;
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      for (String name : session.getInputNames()) {
        LongBuffer values =
            ByteBuffer.allocateDirect(length * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .asLongBuffer();
        for (int i = 0; i < length; i++) {
          values.put(
              i,
              switch (name) {
                case "input_ids" -> ids[i];
                case "attention_mask" -> 1;
                default -> types[i];
              });
        }
        inputs.put(name, OnnxTensor.createTensor(environment, values, new long[] {1, length}));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        float best = Float.NEGATIVE_INFINITY;
        for (float logit : ((OnnxTensor) result.get(0)).getFloatBuffer().array()) {
          best = Math.max(best, logit);
        }
        return best;
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
    options.close();
  }
}

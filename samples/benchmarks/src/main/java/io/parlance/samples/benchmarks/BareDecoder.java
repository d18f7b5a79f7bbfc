package io.parlance.samples.benchmarks;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Greedy decoding with nothing but ONNX Runtime: the keys and values that a run gives are the next
 * one's past, and never leave native memory.
 */
final class BareDecoder implements AutoCloseable {
  private static final String PAST = "past_key_values";

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final OrtSession session;

  BareDecoder(Path model, int threads) throws OrtException {
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setMemoryPatternOptimization(false);
    session = environment.createSession(model.toString(), options);
  }

  /** The tokens that follow a prompt. */
  int[] generate(int[] prompt, int newTokens) throws OrtException {
    int[] generated = new int[newTokens];
    long[] step = Arrays.stream(prompt).asLongStream().toArray();
    int past = 0;
    OrtSession.@Nullable Result before = null;
    try {
      for (int i = 0; i < newTokens; i++) {
        OrtSession.Result now = run(step, past, before);
        if (before != null) {
          before.close();
        }
        before = now;
        past += step.length;
        generated[i] = best((OnnxTensor) now.get("logits").orElseThrow());
        step = new long[] {generated[i]};
      }
      return generated;
    } finally {
      if (before != null) {
        before.close();
      }
    }
  }

  private OrtSession.Result run(long[] step, int past, OrtSession.@Nullable Result before)
      throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    List<OnnxTensor> made = new ArrayList<>();
    try {
      for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
        String name = input.getKey();
        if (name.startsWith(PAST) && before != null) {
          String present = "present" + name.substring(PAST.length());
          inputs.put(name, (OnnxTensor) before.get(present).orElseThrow());
          continue;
        }
        OnnxTensor tensor =
            switch (name) {
              case "input_ids" -> tensor(step);
              case "attention_mask" -> tensor(filled(step.length + past));
              case "position_ids" -> tensor(positions(step.length, past));
              default -> empty((TensorInfo) input.getValue().getInfo());
            };
        made.add(tensor);
        inputs.put(name, tensor);
      }
      return session.run(inputs);
    } finally {
      made.forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(long[] values) throws OrtException {
    return OnnxTensor.createTensor(
        environment, LongBuffer.wrap(values), new long[] {1, values.length});
  }

  private OnnxTensor empty(TensorInfo past) throws OrtException {
    long[] shape = past.getShape();
    return OnnxTensor.createTensor(
        environment, FloatBuffer.allocate(0), new long[] {1, shape[1], 0, shape[3]});
  }

  private static long[] filled(int length) {
    long[] ones = new long[length];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static long[] positions(int length, int past) {
    long[] positions = new long[length];
    Arrays.setAll(positions, i -> past + i);
    return positions;
  }

  /** Of the last place. */
  private static int best(OnnxTensor logits) throws OrtException {
    long[] shape = logits.getInfo().getShape();
    int vocabulary = (int) shape[2];
    FloatBuffer values = logits.getByteBuffer().asFloatBuffer();
    int from = (int) (shape[1] - 1) * vocabulary;
    int best = 0;
    for (int i = 1; i < vocabulary; i++) {
      if (values.get(from + i) > values.get(from + best)) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public void close() throws OrtException {
    session.close();
    options.close();
  }
}

package io.parlance.samples.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Greedy decoding with nothing but ONNX Runtime: the encoder once, the first step of the decoder,
 * then one token a step with the outputs of the step before as inputs.
 */
final class BareTranslation implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final OrtSession encoder;
  private final OrtSession first;
  private final OrtSession next;

  BareTranslation(Path folder, int threads) throws OrtException {
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setMemoryPatternOptimization(false);
    encoder = open(folder, "encoder_model.onnx");
    first = open(folder, "decoder_model.onnx");
    next = open(folder, "decoder_with_past_model.onnx");
  }

  private OrtSession open(Path folder, String file) throws OrtException {
    return environment.createSession(folder.resolve(file).toString(), options);
  }

  /** The tokens after {@code start}, as many as asked for, whatever they are. */
  List<Integer> translate(int[] source, int start, int count) throws OrtException {
    List<Integer> tokens = new ArrayList<>();
    long[] mask = new long[source.length];
    Arrays.fill(mask, 1);
    long[] ids = Arrays.stream(source).asLongStream().toArray();
    List<OrtSession.Result> open = new ArrayList<>();
    try (OnnxTensor sourceIds = row(ids);
        OnnxTensor sourceMask = row(mask);
        OrtSession.Result states =
            encoder.run(Map.of("input_ids", sourceIds, "attention_mask", sourceMask))) {
      Map<String, OnnxTensorLike> inputs = new HashMap<>();
      inputs.put("encoder_hidden_states", (OnnxTensor) states.get(0));
      inputs.put("encoder_attention_mask", sourceMask);
      int token = start;
      for (int i = 0; i < count; i++) {
        OrtSession graph = i == 0 ? first : next;
        OrtSession.Result step;
        try (OnnxTensor last = row(new long[] {token})) {
          inputs.put("input_ids", last);
          Map<String, OnnxTensorLike> taken = new HashMap<>(inputs);
          taken.keySet().retainAll(graph.getInputNames());
          step = graph.run(taken);
        }
        open.add(step);
        for (Map.Entry<String, OnnxValue> output : step) {
          if (output.getKey().startsWith("present.")) {
            inputs.put(
                output.getKey().replace("present.", "past_key_values."),
                (OnnxTensor) output.getValue());
          }
        }
        if (i > 1) {
          open.remove(1).close(); // the first step has the encoder's keys, which stay
        }
        token = best((OnnxTensor) step.get("logits").orElseThrow());
        tokens.add(token);
      }
    } finally {
      open.forEach(OrtSession.Result::close);
    }
    return tokens;
  }

  private OnnxTensor row(long[] values) throws OrtException {
    return OnnxTensor.createTensor(environment, new long[][] {values});
  }

  private static int best(OnnxTensor logits) {
    FloatBuffer values = logits.getFloatBuffer();
    int best = 0;
    float highest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < values.limit(); i++) {
      float value = values.get(i);
      if (value > highest) {
        highest = value;
        best = i;
      }
    }
    return best;
  }

  @Override
  public void close() throws OrtException {
    encoder.close();
    first.close();
    next.close();
    options.close();
  }
}

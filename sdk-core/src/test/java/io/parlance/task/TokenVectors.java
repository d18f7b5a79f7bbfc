package io.parlance.task;

import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The vectors of a text's tokens straight from the graph, for tests of what is made of them. */
final class TokenVectors implements AutoCloseable {
  private final Tokenizer tokenizer;
  private final Session session;

  TokenVectors(Path folder) {
    ModelFolder model = ModelFolder.open(ModelSource.of(folder));
    tokenizer = model.loadTokenizer();
    session = model.loadGraph(ModelFolder.MODEL, SessionOptions.defaults());
  }

  /** The mean of the first tokens' vectors. */
  float[] mean(String text, int count) {
    Encoding encoding = tokenizer.encode(text);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String name : session.inputs().keySet()) {
      int[] values =
          switch (name) {
            case "input_ids" -> encoding.ids();
            case "attention_mask" -> encoding.attentionMask();
            default -> encoding.typeIds();
          };
      inputs.put(name, Tensor.of(Arrays.stream(values).asLongStream().toArray(), 1, values.length));
    }
    try (Outputs outputs = session.run(inputs)) {
      Tensor tokens = outputs.get("last_hidden_state");
      int width = (int) tokens.shape()[2];
      float[] all = tokens.toFloatArray();
      float[] mean = new float[width];
      for (int i = 0; i < count * width; i++) {
        mean[i % width] += all[i] / count;
      }
      return mean;
    } finally {
      inputs.values().forEach(Tensor::close);
    }
  }

  @Override
  public void close() {
    session.close();
    tokenizer.close();
  }
}

package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.TrainableModel;
import io.parlance.runtime.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** ModernBERT against its definition (Warner et al. 2024), element by element in double. */
class ModernBertTest {

  private static final int HIDDEN = 8;
  private static final int HEADS = 2;
  private static final int WIDTH = HIDDEN / HEADS;
  private static final int INNER = 6;
  private static final int LAYERS = 3;
  private static final int LENGTH = 7;
  private static final int REACH = 2;
  private static final long[] IDS = {3, 9, 1, 4, 4, 7, 0};
  private static final long[] MASK = {1, 1, 1, 1, 1, 1, 0};

  private final Map<String, double[]> weights = new HashMap<>();

  private static ModernBertConfig config() {
    EncoderSettings settings =
        ModernBertConfig.base().settings().toBuilder()
            .sizes(LAYERS, HIDDEN, HEADS, INNER)
            .vocabulary(12, 0)
            .hiddenActivation("silu")
            .initializerRange(0.5)
            .build();
    return new ModernBertConfig(
        settings,
        3,
        2 * REACH,
        100,
        10,
        ModernBertConfig.Pooling.MEAN,
        "tanh",
        ModernBertConfig.Biases.PUBLISHED);
  }

  @Test
  void isWhatThePaperSays() {
    try (TrainableModel model = TrainableModel.initialize(config().model(Head.BODY), 5)) {
      model.parameters().forEach((name, tensor) -> weights.put(name, doubles(tensor)));
      Map<String, Tensor> inputs =
          Map.of(
              "input_ids", Tensor.of(IDS, 1, LENGTH),
              "attention_mask", Tensor.of(MASK, 1, LENGTH));
      float[] actual =
          Objects.requireNonNull(model.forward(inputs).get("last_hidden_state")).toFloatArray();
      double[][] expected = forward();
      for (int i = 0; i < LENGTH; i++) {
        for (int h = 0; h < HIDDEN; h++) {
          assertThat((double) actual[i * HIDDEN + h])
              .as("%d, %d", i, h)
              .isCloseTo(expected[i][h], within(1e-5));
        }
      }
    }
  }

  private static double[] doubles(Tensor tensor) {
    float[] floats = tensor.toFloatArray();
    double[] values = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      values[i] = floats[i];
    }
    return values;
  }

  private double[] weight(String name) {
    return Objects.requireNonNull(weights.get(name + ".weight"));
  }

  private double[][] forward() {
    double[][] x = new double[LENGTH][];
    for (int i = 0; i < LENGTH; i++) {
      double[] word = new double[HIDDEN];
      System.arraycopy(weight("embeddings.tok_embeddings"), (int) IDS[i] * HIDDEN, word, 0, HIDDEN);
      x[i] = normalized(word, weight("embeddings.norm"));
    }
    for (int layer = 0; layer < LAYERS; layer++) {
      String at = "layers." + layer + ".";
      double[][] input = new double[LENGTH][];
      for (int i = 0; i < LENGTH; i++) {
        input[i] = layer == 0 ? x[i] : normalized(x[i], weight(at + "attn_norm"));
      }
      double[][] attended = attention(input, at + "attn.", layer % 3 == 0);
      for (int i = 0; i < LENGTH; i++) {
        x[i] = sum(x[i], attended[i]);
        x[i] = sum(x[i], feedForward(normalized(x[i], weight(at + "mlp_norm")), at + "mlp."));
      }
    }
    for (int i = 0; i < LENGTH; i++) {
      x[i] = normalized(x[i], weight("final_norm"));
    }
    return x;
  }

  private double[][] attention(double[][] x, String at, boolean global) {
    double[][] qkv = new double[LENGTH][];
    for (int i = 0; i < LENGTH; i++) {
      qkv[i] = product(weight(at + "Wqkv"), x[i]);
    }
    double[][] found = new double[LENGTH][HIDDEN];
    for (int head = 0; head < HEADS; head++) {
      for (int i = 0; i < LENGTH; i++) {
        double[] scores = new double[LENGTH];
        double total = 0;
        for (int j = 0; j < LENGTH; j++) {
          boolean seen = MASK[j] == 1 && (global || Math.abs(i - j) <= REACH);
          double score = 0;
          double[] q = rotated(qkv[i], head * WIDTH, i, global ? 100 : 10);
          double[] k = rotated(qkv[j], HIDDEN + head * WIDTH, j, global ? 100 : 10);
          for (int w = 0; w < WIDTH; w++) {
            score += q[w] * k[w];
          }
          scores[j] = seen ? Math.exp(score / Math.sqrt(WIDTH)) : 0;
          total += scores[j];
        }
        for (int j = 0; j < LENGTH; j++) {
          for (int w = 0; w < WIDTH; w++) {
            found[i][head * WIDTH + w] += scores[j] / total * qkv[j][2 * HIDDEN + head * WIDTH + w];
          }
        }
      }
    }
    double[][] out = new double[LENGTH][];
    for (int i = 0; i < LENGTH; i++) {
      out[i] = product(weight(at + "Wo"), found[i]);
    }
    return out;
  }

  /** Element w and element w + half turn together by position times theta^(-2w / width). */
  private static double[] rotated(double[] from, int offset, int position, double theta) {
    double[] result = new double[WIDTH];
    int half = WIDTH / 2;
    for (int w = 0; w < half; w++) {
      double angle = position * Math.pow(theta, -2.0 * w / WIDTH);
      double a = from[offset + w];
      double b = from[offset + half + w];
      result[w] = a * Math.cos(angle) - b * Math.sin(angle);
      result[half + w] = b * Math.cos(angle) + a * Math.sin(angle);
    }
    return result;
  }

  private double[] feedForward(double[] x, String at) {
    double[] both = product(weight(at + "Wi"), x);
    double[] inner = new double[INNER];
    for (int i = 0; i < INNER; i++) {
      inner[i] = both[i] / (1 + Math.exp(-both[i])) * both[INNER + i];
    }
    return product(weight(at + "Wo"), inner);
  }

  private static double[] product(double[] matrix, double[] x) {
    double[] y = new double[matrix.length / x.length];
    for (int row = 0; row < y.length; row++) {
      for (int column = 0; column < x.length; column++) {
        y[row] += matrix[row * x.length + column] * x[column];
      }
    }
    return y;
  }

  private static double[] normalized(double[] x, double[] scale) {
    double mean = 0;
    double variance = 0;
    for (double value : x) {
      mean += value / x.length;
    }
    for (double value : x) {
      variance += (value - mean) * (value - mean) / x.length;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (x[i] - mean) / Math.sqrt(variance + 1e-5) * scale[i];
    }
    return y;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int i = 0; i < a.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  @Test
  void readsWhatTransformers5Writes() {
    JsonObject json = new JsonObject();
    json.addProperty("num_hidden_layers", 4);
    JsonArray types = new JsonArray();
    types.add("full_attention");
    types.add("sliding_attention");
    types.add("full_attention");
    types.add("sliding_attention");
    json.add("layer_types", types);
    JsonObject rotary = new JsonObject();
    JsonObject full = new JsonObject();
    full.addProperty("rope_theta", 5000);
    rotary.add("full_attention", full);
    json.add("rope_parameters", rotary);
    ModernBertConfig config = ModernBertConfig.from(ModelConfig.of("config.json", json));
    assertThat(config.globalEvery()).isEqualTo(2);
    assertThat(config.globalTheta()).isEqualTo(5000);
    assertThat(config.localTheta()).isEqualTo(10_000);
    json.addProperty("norm_bias", true);
    json.addProperty("mlp_dropout", 0.5);
    assertThatThrownBy(() -> ModernBertConfig.from(ModelConfig.of("config.json", json)))
        .hasMessage("mlp_dropout is 0.5; ModernBERT is built without");
  }
}

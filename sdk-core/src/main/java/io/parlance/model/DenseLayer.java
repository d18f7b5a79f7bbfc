package io.parlance.model;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.parlance.ModelUnusableException;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A module {@code Dense} of sentence-transformers: a linear layer and an activation on the pooled
 * vector. Immutable.
 */
public final class DenseLayer {
  private static final String WEIGHTS = "model.safetensors";

  private final String name;
  private final int inputs;
  private final int outputs;
  private final float[] weight; // [outputs, inputs]
  private final float[] bias;
  private final Activation activation;

  private enum Activation {
    IDENTITY,
    TANH,
    RELU,
    SIGMOID,
    SILU;

    double of(double x) {
      return switch (this) {
        case IDENTITY -> x;
        case TANH -> Math.tanh(x);
        case RELU -> Math.max(0, x);
        case SIGMOID -> 1 / (1 + Math.exp(-x));
        case SILU -> x / (1 + Math.exp(-x));
      };
    }
  }

  private DenseLayer(
      String name, int inputs, int outputs, float[] weight, float[] bias, Activation activation) {
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs;
    this.weight = weight;
    this.bias = bias;
    this.activation = activation;
  }

  /** Reads {@code config.json} and {@code model.safetensors} of the module's folder. */
  static DenseLayer read(ModelFiles files, String folder) {
    ModelConfig config = SentenceTransformer.settings(files, folder + "/config.json");
    String file = folder + "/" + WEIGHTS;
    if (!files.exists(file)) {
      throw new ModelUnusableException(
          "there is no "
              + files.describe(file)
              + "; weights in pickle files (pytorch_model.bin) are not read: save the model again"
              + " with a newer sentence-transformers");
    }
    int inputs = required(config, "in_features");
    int outputs = required(config, "out_features");
    Weights weights = new Weights(files.describe(file), files.read(file));
    return new DenseLayer(
        config.toString(),
        inputs,
        outputs,
        weights.read("linear.weight", List.of((long) outputs, (long) inputs)),
        config.flag("bias").orElse(true)
            ? weights.read("linear.bias", List.of((long) outputs))
            : new float[outputs],
        activation(config));
  }

  private static int required(ModelConfig config, String key) {
    int value = config.integer(key).orElse(0);
    if (value < 1) {
      throw new ModelUnusableException(config + ": '" + key + "' must be at least 1");
    }
    return value;
  }

  private static Activation activation(ModelConfig config) {
    String type = config.string("activation_function").orElse("Tanh"); // as the reference
    for (Activation each : Activation.values()) {
      if (type.substring(type.lastIndexOf('.') + 1).equalsIgnoreCase(each.name())) {
        return each;
      }
    }
    throw new ModelUnusableException(
        config
            + ": activation_function '"
            + type
            + "' is unknown; known are Identity, Tanh, ReLU, Sigmoid and SiLU");
  }

  /** How many numbers it gives. */
  public int outputs() {
    return outputs;
  }

  /**
   * What the layer makes of a vector.
   *
   * @throws ModelUnusableException if the vector has another length than the layer takes
   */
  public float[] apply(float[] vector) {
    if (vector.length != inputs) {
      throw new ModelUnusableException(
          name
              + " takes vectors of "
              + inputs
              + " numbers (in_features), the pooling gives "
              + vector.length);
    }
    float[] result = new float[outputs];
    for (int row = 0; row < outputs; row++) {
      double sum = bias[row];
      for (int i = 0; i < inputs; i++) {
        sum += (double) weight[row * inputs + i] * vector[i];
      }
      result[row] = (float) activation.of(sum);
    }
    return result;
  }

  /** The tensors of a small safetensors file: length of the header, header, numbers. */
  private static final class Weights {
    private final String name;
    private final ByteBuffer bytes;
    private final JsonObject header;
    private final int data;

    Weights(String name, byte[] file) {
      this.name = name;
      bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      long length = file.length < Long.BYTES ? -1 : bytes.getLong(0);
      if (length < 2 || length > file.length - Long.BYTES) {
        throw broken("it is truncated, or no safetensors file", null);
      }
      data = Long.BYTES + (int) length;
      try {
        header =
            JsonParser.parseString(
                    new String(file, Long.BYTES, (int) length, StandardCharsets.UTF_8))
                .getAsJsonObject();
      } catch (JsonParseException | IllegalStateException e) {
        throw broken("its header is not a JSON object", e);
      }
    }

    float[] read(String tensor, List<Long> shape) {
      try {
        JsonObject entry = header.getAsJsonObject(tensor);
        if (entry == null) {
          throw broken("it has no '" + tensor + "' but " + header.keySet(), null);
        }
        List<Long> found =
            entry.getAsJsonArray("shape").asList().stream().map(e -> e.getAsLong()).toList();
        if (!found.equals(shape)) {
          throw broken("'" + tensor + "' has shape " + found + ", config.json says " + shape, null);
        }
        ElementType type = type(entry.get("dtype").getAsString());
        int from = entry.getAsJsonArray("data_offsets").get(0).getAsInt();
        int elements =
            (int) shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
        try (Tensor numbers = Tensor.allocate(type, elements)) {
          numbers.buffer().put(bytes.slice(data + from, elements * type.bytes()));
          return numbers.toFloatArray();
        }
      } catch (IllegalStateException
          | ClassCastException
          | NullPointerException
          | NumberFormatException
          | ArithmeticException
          | IndexOutOfBoundsException e) {
        throw broken("'" + tensor + "' is not described rightly, or cut off", e);
      }
    }

    private ElementType type(String dtype) {
      return switch (dtype) {
        case "F32" -> ElementType.FLOAT32;
        case "F64" -> ElementType.FLOAT64;
        case "F16" -> ElementType.FLOAT16;
        case "BF16" -> ElementType.BFLOAT16;
        default -> throw broken("its numbers are " + dtype + ", not floating point", null);
      };
    }

    private ModelUnusableException broken(String why, @Nullable Exception e) {
      return new ModelUnusableException(name + " cannot be used: " + why, e);
    }
  }
}

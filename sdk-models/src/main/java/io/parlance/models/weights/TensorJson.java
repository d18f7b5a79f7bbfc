package io.parlance.models.weights;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import io.parlance.InvalidInputException;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tensors as JSON: {@code {"dtype": "float32" | "float64" | "int64" | "bool", "shape": [...],
 * "data": [flat, row-major]}}. Non-finite numbers are the strings {@code "Infinity"}, {@code
 * "-Infinity"} and {@code "NaN"}. A float32 is printed so that it reads back as the same float.
 */
public final class TensorJson {

  private TensorJson() {}

  /**
   * Reads one tensor.
   *
   * @throws InvalidInputException if the object is no tensor or its data does not fill its shape
   */
  public static Tensor read(JsonReader json) throws IOException {
    String type = "float32";
    List<Long> shape = new ArrayList<>();
    List<Double> data = new ArrayList<>();
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      switch (key) {
        case "dtype" -> type = json.nextString();
        case "shape" -> {
          json.beginArray();
          while (json.hasNext()) {
            shape.add(json.nextLong());
          }
          json.endArray();
        }
        case "data" -> {
          json.beginArray();
          while (json.hasNext()) {
            data.add(number(json));
          }
          json.endArray();
        }
        default -> json.skipValue();
      }
    }
    json.endObject();
    return tensor(type, shape.stream().mapToLong(Long::longValue).toArray(), data);
  }

  private static double number(JsonReader json) throws IOException {
    return switch (json.peek()) {
      case BOOLEAN -> json.nextBoolean() ? 1 : 0;
      case STRING -> Double.parseDouble(json.nextString());
      default -> json.nextDouble();
    };
  }

  private static Tensor tensor(String type, long[] shape, List<Double> data) {
    long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (elements != data.size()) {
      throw new InvalidInputException(
          "a tensor of shape "
              + Arrays.toString(shape)
              + " has "
              + elements
              + " elements, but data holds "
              + data.size());
    }
    double[] values = data.stream().mapToDouble(Double::doubleValue).toArray();
    return switch (type) {
      case "float32" -> {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = (float) values[i];
        }
        yield Tensor.of(floats, shape);
      }
      case "float64" -> Tensor.of(values, shape);
      case "int64" -> Tensor.of(Arrays.stream(values).mapToLong(v -> (long) v).toArray(), shape);
      case "bool" -> {
        boolean[] flags = new boolean[values.length];
        for (int i = 0; i < flags.length; i++) {
          flags[i] = values[i] != 0;
        }
        yield Tensor.of(flags, shape);
      }
      default ->
          throw new InvalidInputException(
              "a tensor has dtype '" + type + "', expected float32, float64, int64 or bool");
    };
  }

  /** Writes one tensor. */
  public static void write(JsonWriter json, Tensor tensor) throws IOException {
    ElementType type = tensor.type();
    json.beginObject();
    json.name("dtype")
        .value(type.isFloatingPoint() ? "float32" : type == ElementType.BOOL ? "bool" : "int64");
    json.name("shape").beginArray();
    for (long size : tensor.shape()) {
      json.value(size);
    }
    json.endArray();
    json.name("data").beginArray();
    if (type.isFloatingPoint()) {
      for (float value : tensor.toFloatArray()) {
        if (Float.isFinite(value)) {
          json.jsonValue(Float.toString(value));
        } else {
          json.value(Float.toString(value));
        }
      }
    } else {
      for (long value : tensor.toLongArray()) {
        if (type == ElementType.BOOL) {
          json.value(value != 0);
        } else {
          json.value(value);
        }
      }
    }
    json.endArray();
    json.endObject();
  }
}

package io.parlance.task;

import io.parlance.ModelUnusableException;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Tensor;
import io.parlance.tokenizers.PaddedBatch;
import io.parlance.tokenizers.Side;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The outputs of one run as arrays, with the place of each row's tokens in them.
 *
 * @param length padded length of the rows
 * @param padding the side that padding is on
 * @param outputs the arrays by name
 */
record EncoderOutputs(int length, Side padding, Map<String, Output> outputs) {

  /** One output, row-major. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Output(float[] values, long[] shape) {
    /** Numbers that belong to one row of the batch. */
    int perRow() {
      return shape[0] == 0 ? 0 : Math.toIntExact(values.length / shape[0]);
    }

    /** Numbers that belong to one token, for an output of shape [batch, sequence, width]. */
    int perToken() {
      return Math.toIntExact(shape[2]);
    }
  }

  /**
   * Copies what a run gave.
   *
   * @param places of outputs of shape [batch, sequence, width], the tokens to copy for each row,
   *     which then are the row's first; empty to copy everything
   */
  static EncoderOutputs of(
      String graph, Outputs run, PaddedBatch batch, Side padding, List<int[]> places) {
    Map<String, Output> arrays = new LinkedHashMap<>();
    for (String name : run.names()) {
      Tensor tensor = run.get(name);
      long[] shape = tensor.shape();
      if (shape.length == 0 || shape[0] != batch.size()) {
        throw new ModelUnusableException(
            graph
                + " gave '"
                + name
                + "' as "
                + tensor
                + " for "
                + batch.size()
                + " texts; its first dimension must be the batch");
      }
      if (shape.length == 3 && shape[1] != batch.length()
          || shape.length == 2 && name.endsWith("_logits") && shape[1] != batch.length()) {
        throw new ModelUnusableException(
            graph
                + " gave '"
                + name
                + "' as "
                + tensor
                + " for "
                + batch.length()
                + " tokens; its second dimension must be the sequence");
      }
      arrays.put(
          name,
          shape.length == 3 && !places.isEmpty()
              ? onlyAt(places, tensor)
              : new Output(tensor.toFloatArray(), shape));
    }
    return new EncoderOutputs(batch.length(), padding, arrays);
  }

  private static Output onlyAt(List<int[]> places, Tensor tensor) {
    long[] shape = tensor.shape();
    int most = places.stream().mapToInt(ofRow -> ofRow.length).max().orElse(0);
    int width = Math.toIntExact(shape[2]);
    long[] starts = new long[places.size() * most]; // rows with fewer repeat the first number
    for (int row = 0; row < places.size(); row++) {
      for (int i = 0; i < places.get(row).length; i++) {
        starts[row * most + i] = (row * shape[1] + places.get(row)[i]) * width;
      }
    }
    return new Output(
        tensor.toFloatArray(starts, width), new long[] {places.size(), most, shape[2]});
  }

  /** One output of those that the task asked for. */
  Output get(String name) {
    Output output = outputs.get(name);
    if (output == null) {
      throw new IllegalArgumentException("no output '" + name + "' among " + outputs.keySet());
    }
    return output;
  }

  /** All numbers of one row. */
  float[] row(String name, int row) {
    Output output = get(name);
    int width = output.perRow();
    return Arrays.copyOfRange(output.values(), row * width, (row + 1) * width);
  }

  /**
   * The numbers of one row's tokens, without those of padding.
   *
   * @param tokens number of tokens in the row
   * @return {@code tokens} times the width of one token
   */
  float[] tokens(String name, int row, int tokens) {
    Output output = get(name);
    int width = output.perRow() / Math.max(1, length);
    int from = row * output.perRow() + firstToken(tokens) * width;
    return Arrays.copyOfRange(output.values(), from, from + tokens * width);
  }

  /** Where a row's tokens begin. */
  int firstToken(int tokens) {
    return padding == Side.LEFT ? length - tokens : 0;
  }
}

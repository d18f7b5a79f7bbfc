package io.parlance.models.objective;

import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;

/** Sequences side by side as the tensors that models take. */
public final class TokenBatch {

  /** What {@link #pad} gives. */
  static final Map<String, PretrainingObjective.Input> INPUTS = inputs();

  private TokenBatch() {}

  private static Map<String, PretrainingObjective.Input> inputs() {
    Map<String, PretrainingObjective.Input> inputs = new LinkedHashMap<>();
    for (String name : List.of("input_ids", "attention_mask", "token_type_ids")) {
      inputs.put(name, PretrainingObjective.Input.longs("batch", "sequence"));
    }
    return Collections.unmodifiableMap(inputs);
  }

  /**
   * Pads on the right to the longest sequence: {@code input_ids}, {@code attention_mask} and {@code
   * token_type_ids}, INT64 [batch, sequence]. The caller closes them.
   *
   * @param sequences at least one
   * @param padTokenId the id that fills up
   */
  public static Map<String, Tensor> pad(List<TokenSequence> sequences, int padTokenId) {
    int length = sequences.stream().mapToInt(TokenSequence::length).max().orElse(0);
    Tensor ids = Tensor.allocate(ElementType.INT64, sequences.size(), length);
    Tensor attention = Tensor.allocate(ElementType.INT64, sequences.size(), length);
    Tensor segments = Tensor.allocate(ElementType.INT64, sequences.size(), length);
    LongBuffer idBuffer = ids.buffer().asLongBuffer();
    LongBuffer attentionBuffer = attention.buffer().asLongBuffer();
    LongBuffer segmentBuffer = segments.buffer().asLongBuffer();
    for (TokenSequence sequence : sequences) {
      for (int i = 0; i < length; i++) {
        boolean token = i < sequence.length();
        idBuffer.put(token ? sequence.id(i) : padTokenId);
        attentionBuffer.put(token ? 1 : 0);
        segmentBuffer.put(token ? sequence.segment(i) : 0);
      }
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", ids);
    inputs.put("attention_mask", attention);
    inputs.put("token_type_ids", segments);
    return inputs;
  }

  /**
   * Rows side by side, filled up to the longest: INT64 [rows, longest]. The caller closes it.
   *
   * @param filling what stands behind shorter rows
   */
  static Tensor rows(List<int[]> rows, long filling) {
    int length = rows.stream().mapToInt(row -> row.length).max().orElse(0);
    Tensor tensor = Tensor.allocate(ElementType.INT64, rows.size(), length);
    LongBuffer buffer = tensor.buffer().asLongBuffer();
    for (int[] row : rows) {
      for (int i = 0; i < length; i++) {
        buffer.put(i < row.length ? row[i] : filling);
      }
    }
    return tensor;
  }

  /** 1 for each element of the rows, 0 for what fills up: INT64 [rows, longest]. */
  static Tensor mask(List<int[]> rows) {
    List<int[]> ones = new ArrayList<>(rows.size());
    for (int[] row : rows) {
      int[] present = new int[row.length];
      Arrays.fill(present, 1);
      ones.add(present);
    }
    return rows(ones, 0);
  }

  /** How many of the labels in a batch count. */
  static long counted(Map<String, Tensor> batch, String labels) {
    return LongStream.of(Objects.requireNonNull(batch.get(labels)).toLongArray())
        .filter(label -> label != Losses.IGNORED)
        .count();
  }

  /** One number for each row: INT64 [rows]. */
  static Tensor column(int[] numbers) {
    Tensor tensor = Tensor.allocate(ElementType.INT64, numbers.length);
    LongBuffer buffer = tensor.buffer().asLongBuffer();
    for (int number : numbers) {
      buffer.put(number);
    }
    return tensor;
  }
}

package io.parlance.runtime;

import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;

/**
 * The logits of one step in native memory: [rows, positions, vocabulary] from one run, or
 * [positions, rows, vocabulary] from one run for each position.
 */
final class StepLogits {
  private final ByteBuffer memory;
  private final ElementType type;
  private final int rows;
  private final int positions; // that the run gives
  private final int skipped; // of these, those that nobody wanted
  private final int vocabulary;
  private final boolean columns;

  private StepLogits(Decoder decoder, int rows, int positions, int skipped, boolean columns) {
    this.type = decoder.next().logits().type();
    this.rows = rows;
    this.positions = positions;
    this.skipped = skipped;
    this.vocabulary = decoder.vocabularySize();
    this.columns = columns;
    this.memory = decoder.take((long) rows * positions * vocabulary * type.bytes());
  }

  static StepLogits block(Decoder decoder, int rows, int perRow, int wanted) {
    DecoderSignature graph = decoder.next();
    boolean onlyLast = graph.logits().dimensions().get(1) == 1;
    int given = onlyLast ? 1 : graph.lastLogits() != null ? Math.min(wanted, perRow) : perRow;
    return new StepLogits(decoder, rows, given, Math.max(0, given - wanted), false);
  }

  static StepLogits columns(Decoder decoder, int rows, int perRow, int wanted) {
    return new StepLogits(decoder, rows, perRow, perRow - wanted, true);
  }

  /** Positions of which the run gives logits. */
  int positions() {
    return columns ? 1 : positions;
  }

  /** Where a run writes; the tensor is the caller's to close. */
  Tensor tensor(int column) {
    if (!columns) {
      return Tensor.over(memory, type, rows, positions, vocabulary);
    }
    int bytes = rows * vocabulary * type.bytes();
    return Tensor.over(memory.slice(column * bytes, bytes), type, rows, 1, vocabulary);
  }

  void read(int row, int position, float[] target) {
    int at = skipped + position;
    if (row < 0 || row >= rows || position < 0 || at >= positions) {
      throw new IndexOutOfBoundsException(
          "row " + row + ", position " + position + " of " + rows + " x " + (positions - skipped));
    }
    int block = columns ? at * rows + row : row * positions + at;
    int from = block * vocabulary;
    switch (type) {
      case FLOAT32 -> memory.asFloatBuffer().get(from, target, 0, vocabulary);
      case FLOAT16 -> {
        for (int i = 0; i < vocabulary; i++) {
          target[i] = Fp16Conversions.fp16ToFloat(memory.getShort((from + i) * Short.BYTES));
        }
      }
      default -> throw new IllegalStateException("logits of type " + type + " cannot be read");
    }
  }

  void release(Decoder decoder) {
    decoder.giveBack(memory);
  }
}

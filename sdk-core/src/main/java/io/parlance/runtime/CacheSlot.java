package io.parlance.runtime;

import io.parlance.ModelUnusableException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;

/**
 * One tensor of which every sequence has a row: keys or values of one layer, or what an encoder
 * gave. Each row consists of blocks, one for each head, and each block of positions.
 *
 * @param input the name under which a graph takes it
 * @param output the name under which a graph gives it; empty where none does
 * @param type element type
 * @param dimensions sizes, those of rows and positions being -1
 * @param rowAxis which dimension counts rows: 0, or 1 where keys and values follow each other in
 *     one tensor, as older GPT-2 exports have it
 * @param positionAxis which dimension counts positions
 * @param rowFactor how many steps of the rows' dimension make a row: 1, or the number of heads
 *     where they are folded into the batch as older BLOOM exports do
 */
record CacheSlot(
    String input,
    String output,
    ElementType type,
    List<Long> dimensions,
    int rowAxis,
    int positionAxis,
    int rowFactor) {

  /**
   * Reads the layout from a graph's own description.
   *
   * @param heads number of key and value heads, for graphs that leave it open
   * @param headSize size of a head, for graphs that leave it open
   */
  static CacheSlot of(
      String graph, TensorDescription past, String output, int heads, int headSize) {
    List<Long> sizes = past.dimensions();
    boolean folded = past.rank() == 3 && name(past, 0).contains("head");
    int axis = positionAxis(past);
    if (past.rank() == 4 && axis == 2 && (sizes.get(1) < 0 || sizes.get(3) < 0)) {
      sizes =
          List.of(
              -1L,
              sizes.get(1) < 0 ? heads : sizes.get(1),
              -1L,
              sizes.get(3) < 0 ? headSize : sizes.get(3));
    }
    int rows = past.rank() == 5 && sizes.get(0) == 2 ? 1 : 0;
    for (int i = rows + 1; i < sizes.size(); i++) {
      if (i != axis && sizes.get(i) <= 0 || axis < 1) {
        throw new ModelUnusableException(
            graph
                + ": the layout of its cache '"
                + past.name()
                + "' "
                + past
                + " is not understood; expected [batch, heads, past_sequence_length, head size]"
                + " with numbers for heads and head size, there or in config.json");
      }
    }
    return new CacheSlot(past.name(), output, past.type(), sizes, rows, axis, folded ? heads : 1);
  }

  private static int positionAxis(TensorDescription past) {
    int open = -1;
    int first = past.rank() == 5 ? 2 : 1;
    for (int i = first; i < past.rank(); i++) {
      if (name(past, i).contains("sequence") || name(past, i).contains("length")) {
        return i;
      }
      if (past.dimensions().get(i) < 0) {
        open = open < 0 ? i : -2;
      }
    }
    return open >= 1 ? open : past.rank() >= 4 ? past.rank() - 2 : -1;
  }

  private static String name(TensorDescription description, int axis) {
    return description.dimensionNames().get(axis).toLowerCase(Locale.ROOT);
  }

  long[] shape(int rows, int positions) {
    long[] shape = new long[dimensions.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = dimensions.get(i);
    }
    shape[rowAxis] = (long) rows * rowFactor;
    shape[positionAxis] = positions;
    return shape;
  }

  /** Blocks of one row. */
  int blocks() {
    long blocks = rowFactor;
    for (int i = 0; i < positionAxis; i++) {
      blocks *= i == rowAxis ? 1 : dimensions.get(i);
    }
    return Math.toIntExact(blocks);
  }

  /** Bytes of one position in one block. */
  int positionBytes() {
    long bytes = type.bytes();
    for (int i = positionAxis + 1; i < dimensions.size(); i++) {
      bytes *= dimensions.get(i);
    }
    return Math.toIntExact(bytes);
  }

  long bytes(int rows, int positions) {
    return (long) rows * blocks() * positions * positionBytes();
  }

  /** Some positions of one row, read from one memory and written into another. */
  void copyRow(Row from, int start, int count, Row to, int at) {
    int size = positionBytes();
    int blocks = blocks();
    boolean together = rowAxis == 0 || from.rows == 1 && to.rows == 1;
    if (together
        && count == from.positions
        && count == to.positions) { // blocks follow each other in both
      to.memory.put(offset(to, 0, 0), from.memory, offset(from, 0, 0), blocks * count * size);
      return;
    }
    for (int block = 0; block < blocks; block++) {
      to.memory.put(offset(to, block, at), from.memory, offset(from, block, start), count * size);
    }
  }

  /** Keeps the first positions of every block, in place. */
  void shorten(ByteBuffer memory, int rows, int positions, int kept) {
    int size = positionBytes();
    for (int block = 1; block < rows * blocks(); block++) {
      memory.put(block * kept * size, memory, block * positions * size, kept * size);
    }
  }

  /** Sets some positions of a row to zero. */
  void clearRow(Row row, int start, int count) {
    if (count > 0) {
      for (int block = 0; block < blocks(); block++) {
        NativeMemory.clear(row.memory, offset(row, block, start), count * positionBytes());
      }
    }
  }

  private int offset(Row row, int block, int position) {
    int all = blocks();
    int planes = rowAxis == 0 ? 1 : Math.toIntExact(dimensions.get(0));
    int inPlane = all / planes;
    int before = (block / inPlane * row.rows + row.index) * inPlane + block % inPlane;
    return (before * row.positions + position) * positionBytes();
  }

  /** One of some rows in a memory, each of which has the given number of positions. */
  record Row(ByteBuffer memory, int index, int rows, int positions) {}
}

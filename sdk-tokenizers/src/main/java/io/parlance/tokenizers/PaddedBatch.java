package io.parlance.tokenizers;

import java.util.Arrays;
import java.util.List;

/**
 * Token ids of several sequences, padded to one length, as the arrays that models take: row-major
 * {@code [size, length]}. The arrays are handed out as they are, without copying; callers leave
 * them unchanged.
 */
public final class PaddedBatch {
  private final int size;
  private final int length;
  private final long[] inputIds;
  private final long[] attentionMask;
  private final long[] tokenTypeIds;

  private PaddedBatch(int size, int length, Padding padding) {
    this.size = size;
    this.length = length;
    int total = Math.multiplyExact(size, length);
    inputIds = new long[total];
    attentionMask = new long[total];
    tokenTypeIds = new long[total];
    if (padding.tokenId() != 0) {
      Arrays.fill(inputIds, padding.tokenId());
    }
    if (padding.tokenTypeId() != 0) {
      Arrays.fill(tokenTypeIds, padding.tokenTypeId());
    }
  }

  /** Pads encodings; their overflowing windows are not looked at. */
  public static PaddedBatch of(List<Encoding> encodings, Padding padding) {
    int longest = 0;
    for (Encoding encoding : encodings) {
      longest = Math.max(longest, encoding.length());
    }
    PaddedBatch batch = new PaddedBatch(encodings.size(), padding.paddedLength(longest), padding);
    for (int row = 0; row < batch.size; row++) {
      TokenColumns columns = encodings.get(row).columns();
      batch.fill(row, columns.ids(), columns.typeIds(), padding.side());
    }
    return batch;
  }

  /** Pads plain token ids, all of segment 0. */
  public static PaddedBatch ofIds(List<int[]> sequences, Padding padding) {
    int longest = 0;
    for (int[] ids : sequences) {
      longest = Math.max(longest, ids.length);
    }
    PaddedBatch batch = new PaddedBatch(sequences.size(), padding.paddedLength(longest), padding);
    for (int row = 0; row < batch.size; row++) {
      int[] ids = sequences.get(row);
      batch.fill(row, ids, new int[ids.length], padding.side());
    }
    return batch;
  }

  private void fill(int row, int[] ids, int[] typeIds, Side side) {
    int position = row * length + (side == Side.LEFT ? length - ids.length : 0);
    for (int token = 0; token < ids.length; token++, position++) {
      inputIds[position] = ids[token];
      attentionMask[position] = 1;
      tokenTypeIds[position] = typeIds[token];
    }
  }

  /** Number of sequences. */
  public int size() {
    return size;
  }

  /** Length of every sequence, padding included. */
  public int length() {
    return length;
  }

  /** Token ids, {@code [size, length]}. */
  public long[] inputIds() {
    return inputIds;
  }

  /** 1 for tokens, 0 for padding, {@code [size, length]}. */
  public long[] attentionMask() {
    return attentionMask;
  }

  /** Segments, {@code [size, length]}. */
  public long[] tokenTypeIds() {
    return tokenTypeIds;
  }
}

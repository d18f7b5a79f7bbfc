package io.parlance.runtime;

import io.parlance.InvalidInputException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sequences that a {@link Decoder} continues together, with what it computed for their tokens so
 * far. The cache stays in native memory: a step reads it from one place and writes it, longer by
 * the new tokens, to another, and the two change roles. Shorter sequences have unused positions at
 * their beginning, which the attention mask hides.
 *
 * <p>Not thread-safe. Closing gives the memory back to the decoder.
 */
public final class DecoderBatch implements AutoCloseable {
  private final Decoder decoder;
  private final int rows;
  private final int[] lengths; // tokens of each row in the cache
  private final @Nullable EncoderState encoder;
  private final List<CacheSlot> slots;
  private final @Nullable ByteBuffer[] cache;
  private final @Nullable ByteBuffer[] spare;
  private int positions; // positions of each row in the cache, used or not
  private @Nullable StepLogits logits;
  private boolean wantsStates;
  private float[] states = {}; // of the tokens of the last run: [rows, tokens, size]
  private int stateTokens;
  private boolean closed;

  /** Without tokens yet; takes over one share of the encoder's state. */
  DecoderBatch(Decoder decoder, int rows, @Nullable EncoderState encoder) {
    this.decoder = decoder;
    this.rows = rows;
    this.encoder = encoder;
    this.lengths = new int[rows];
    this.slots = decoder.next().own();
    this.cache = new @Nullable ByteBuffer[slots.size()];
    this.spare = new @Nullable ByteBuffer[slots.size()];
  }

  /**
   * A sequence in a batch, whole or without its last tokens.
   *
   * @param batch where it is
   * @param index which one
   * @param length how many of its tokens are kept
   */
  public record Row(DecoderBatch batch, int index, int length) {
    public Row {
      if (length < 1 || length > batch.lengths[index]) {
        throw new IllegalArgumentException(
            length + " tokens of a row that has " + batch.lengths[index]);
      }
    }
  }

  /** One of the sequences. */
  public Row row(int index) {
    return new Row(this, index, lengths[index]);
  }

  /** Number of sequences. */
  public int rows() {
    return rows;
  }

  /** Tokens of a sequence, those of the prompt included. */
  public int length(int row) {
    return lengths[row];
  }

  /** Native memory that the sequences take now. */
  public long bytes() {
    long bytes = 0;
    for (int i = 0; i < cache.length; i++) {
      ByteBuffer now = cache[i];
      ByteBuffer then = spare[i];
      bytes += (now == null ? 0 : now.capacity()) + (then == null ? 0 : then.capacity());
    }
    return bytes;
  }

  /**
   * Reads hidden states with each step from now on.
   *
   * @throws IllegalStateException unless {@link Decoder#hasStates()}
   */
  public DecoderBatch withStates() {
    if (!decoder.hasStates()) {
      throw new IllegalStateException(decoder.name() + " gives no hidden states");
    }
    wantsStates = true;
    return this;
  }

  /**
   * The hidden state after the last layer of a token of the last {@link #feed}.
   *
   * @param token which of the tokens that were fed, the first being 0
   * @param target takes {@link Decoder#stateSize()} values
   */
  public void states(int row, int token, float[] target) {
    if (!wantsStates || token < 0 || token >= stateTokens) {
      throw new IllegalStateException("no state of token " + token + " of " + stateTokens);
    }
    int size = decoder.stateSize();
    System.arraycopy(states, (row * stateTokens + token) * size, target, 0, size);
  }

  /**
   * Appends tokens to every sequence and computes the logits of what follows.
   *
   * @param tokens those of the first sequence, then those of the second ...
   * @param perRow tokens for each sequence
   * @param wanted of how many of the last new tokens logits are needed, at least 1
   * @throws InvalidInputException if a token id is not in the vocabulary
   */
  public void feed(int[] tokens, int perRow, int wanted, @Nullable RunControl control) {
    if (closed) {
      throw new IllegalStateException("the batch is closed");
    }
    decoder.checkTokens(tokens);
    if (positions > 0 && perRow > 1 && !decoder.readsOn()) {
      StepLogits all = StepLogits.columns(decoder, rows, perRow, wanted);
      replaceLogits(all);
      for (int column = 0; column < perRow; column++) {
        int[] each = new int[rows];
        for (int row = 0; row < rows; row++) {
          each[row] = tokens[row * perRow + column];
        }
        step(each, 1, 1, all, column, control);
      }
    } else {
      feedAtOnce(tokens, perRow, wanted, control);
    }
  }

  /** As {@link #feed}, in one run whatever the graph makes of it. */
  void feedAtOnce(int[] tokens, int perRow, int wanted, @Nullable RunControl control) {
    StepLogits one = StepLogits.block(decoder, rows, perRow, wanted);
    replaceLogits(one);
    step(tokens, perRow, one.positions(), one, 0, control);
  }

  private void replaceLogits(StepLogits now) {
    StepLogits before = logits;
    if (before != null) {
      before.release(decoder);
    }
    logits = now;
  }

  private void step(
      int[] tokens,
      int perRow,
      int wanted,
      StepLogits target,
      int column,
      @Nullable RunControl control) {
    boolean starting = positions == 0;
    DecoderSignature graph = starting ? decoder.first() : decoder.next();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    try {
      addTokens(graph, tokens, perRow, wanted, inputs);
      addCache(graph, perRow, inputs, outputs);
      if (encoder != null) {
        encoder.addInputs(graph, inputs);
        if (starting) {
          encoder.addOutputs(outputs);
          addMissingKeys(graph, inputs);
        }
      }
      outputs.put(DecoderSignature.LOGITS, target.tensor(column));
      List<String> more = wantsStates ? List.of(DecoderSignature.STATES) : List.of();
      try (Outputs given = graph.session().run(inputs, more, outputs, control)) {
        if (wantsStates) {
          states = given.get(DecoderSignature.STATES).toFloatArray();
          stateTokens = perRow;
        }
      }
    } finally {
      close(inputs.values());
      close(outputs.values());
    }
    if (encoder != null) {
      encoder.keysAreThere();
    }
    positions += perRow;
    for (int i = 0; i < rows; i++) {
      lengths[i] += perRow;
    }
    for (int i = 0; i < cache.length; i++) {
      ByteBuffer before = cache[i];
      cache[i] = spare[i];
      spare[i] = before;
    }
  }

  private static void close(Collection<Tensor> tensors) {
    tensors.forEach(Tensor::close);
  }

  private void addTokens(
      DecoderSignature graph, int[] tokens, int perRow, int wanted, Map<String, Tensor> inputs) {
    inputs.put(
        DecoderSignature.INPUT_IDS,
        integers(graph, DecoderSignature.INPUT_IDS, perRow, (row, i) -> tokens[row * perRow + i]));
    if (graph.masks()) {
      inputs.put(
          DecoderSignature.ATTENTION_MASK,
          integers(
              graph,
              DecoderSignature.ATTENTION_MASK,
              positions + perRow,
              (row, i) -> i < positions - lengths[row] ? 0 : 1));
    }
    if (graph.positions()) {
      inputs.put(
          DecoderSignature.POSITION_IDS,
          integers(graph, DecoderSignature.POSITION_IDS, perRow, (row, i) -> lengths[row] + i));
    }
    if (graph.lastLogits() != null) {
      inputs.put(graph.lastLogits(), Tensor.of(new long[] {wanted}));
    }
    if (graph.branches()) {
      inputs.put(DecoderSignature.USE_CACHE_BRANCH, Tensor.of(new boolean[] {positions > 0}, 1));
    }
  }

  private interface Values {
    int at(int row, int index);
  }

  private Tensor integers(DecoderSignature graph, String name, int width, Values values) {
    ElementType type = graph.typeOf(name);
    Tensor tensor = Tensor.allocate(type, rows, width);
    ByteBuffer buffer = tensor.buffer();
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < width; i++) {
        int value = values.at(row, i);
        switch (type) {
          case INT64 -> buffer.putLong(value);
          case INT32 -> buffer.putInt(value);
          case FLOAT32 -> buffer.putFloat(value);
          case BOOL -> buffer.put((byte) value);
          default ->
              throw DecoderSignature.unusable(graph.session(), "'" + name + "' is of type " + type);
        }
      }
    }
    return tensor;
  }

  private void addCache(
      DecoderSignature graph, int perRow, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    // a merged graph ignores the past of its first step, but some want at least one position there
    boolean ignored = positions == 0 && graph.branches();
    for (int i = 0; i < slots.size(); i++) {
      CacheSlot slot = slots.get(i);
      if (graph.session().inputs().containsKey(slot.input())) {
        ByteBuffer memory = cache[i];
        long[] shape = slot.shape(rows, ignored ? 1 : positions);
        inputs.put(
            slot.input(),
            memory == null || positions == 0
                ? Tensor.allocate(slot.type(), shape)
                : Tensor.over(memory, slot.type(), shape));
      }
      long bytes = slot.bytes(rows, positions + perRow);
      ByteBuffer target = spare[i];
      if (target == null || target.capacity() < bytes) {
        if (target != null) {
          decoder.giveBack(target);
          spare[i] = null;
        }
        target = decoder.take(bytes);
        spare[i] = target;
      }
      outputs.put(
          slot.output(), Tensor.over(target, slot.type(), slot.shape(rows, positions + perRow)));
    }
  }

  /** In its first step a merged graph has no keys of the encoder yet, but wants some to ignore. */
  private void addMissingKeys(DecoderSignature graph, Map<String, Tensor> inputs) {
    for (CacheSlot slot : graph.cross()) {
      inputs.put(slot.input(), Tensor.allocate(slot.type(), slot.shape(rows, 1)));
    }
  }

  /**
   * Reads the logits of the last {@link #feed}.
   *
   * @param row which sequence
   * @param position which of its wanted tokens, the first being 0
   * @param target takes {@link Decoder#vocabularySize()} values
   */
  public void logits(int row, int position, float[] target) {
    StepLogits now = logits;
    if (now == null) {
      throw new IllegalStateException("there are no logits before the first step");
    }
    now.read(row, position, target);
  }

  static DecoderBatch assemble(Decoder decoder, List<Row> chosen) {
    List<EncoderState> states = new ArrayList<>();
    int[] indexes = new int[chosen.size()];
    int longest = 0;
    for (int i = 0; i < indexes.length; i++) {
      Row row = chosen.get(i);
      indexes[i] = row.index();
      longest = Math.max(longest, row.length());
      if (row.batch().encoder != null) {
        states.add(row.batch().encoder);
      }
    }
    EncoderState encoder =
        states.isEmpty() ? null : EncoderState.assemble(decoder, states, indexes);
    DecoderBatch batch = new DecoderBatch(decoder, indexes.length, encoder);
    batch.positions = longest;
    for (int slot = 0; slot < batch.cache.length; slot++) {
      CacheSlot layout = batch.slots.get(slot);
      ByteBuffer memory = decoder.take(layout.bytes(indexes.length, longest));
      batch.cache[slot] = memory;
      for (int i = 0; i < indexes.length; i++) {
        Row row = chosen.get(i);
        CacheSlot.Row target = new CacheSlot.Row(memory, i, indexes.length, longest);
        int unused = longest - row.length();
        layout.clearRow(target, 0, unused);
        layout.copyRow(
            row.batch().source(slot, row.index()),
            row.batch().unused(row.index()),
            row.length(),
            target,
            unused);
        batch.lengths[i] = row.length();
      }
    }
    return batch;
  }

  /**
   * Makes this the batch of some of its rows, in place, if no row is overwritten that another is
   * copied from: of beams most go on where they are.
   *
   * @param chosen what each row is to be
   * @return whether it was done; if not, nothing has changed
   */
  public boolean rearrange(List<Row> chosen) {
    if (closed || chosen.size() != rows) {
      return false;
    }
    boolean[] read = new boolean[rows];
    for (int i = 0; i < rows; i++) {
      Row row = chosen.get(i);
      if (row.batch() != this || row.length() != lengths[row.index()]) {
        return false;
      }
      read[row.index()] = true;
    }
    for (int i = 0; i < rows; i++) {
      int source = chosen.get(i).index();
      boolean sameText = encoder == null || encoder.isSame(i, source);
      if (source != i && (read[i] || !sameText)) {
        return false;
      }
    }
    for (int i = 0; i < rows; i++) {
      int source = chosen.get(i).index();
      if (source != i) {
        copyWithin(source, i);
      }
    }
    return true;
  }

  private void copyWithin(int source, int target) {
    for (int slot = 0; slot < cache.length; slot++) {
      CacheSlot.Row from = source(slot, source);
      CacheSlot.Row to = source(slot, target);
      slots.get(slot).copyRow(from, 0, positions, to, 0);
    }
    lengths[target] = lengths[source];
  }

  /**
   * Forgets the last tokens of every sequence.
   *
   * @param count less than the shortest has
   */
  public void dropLast(int count) {
    int shortest = Arrays.stream(lengths).min().orElseThrow();
    if (closed || count < 0 || count >= shortest) {
      throw new IllegalStateException(count + " tokens to forget, of " + shortest);
    }
    if (count == 0) {
      return;
    }
    for (int slot = 0; slot < cache.length; slot++) {
      ByteBuffer memory = cache[slot];
      if (memory != null) {
        slots.get(slot).shorten(memory, rows, positions, positions - count);
      }
    }
    positions -= count;
    for (int row = 0; row < rows; row++) {
      lengths[row] -= count;
    }
  }

  /** A batch that goes on from kept tokens: for each row its parts, all rows of one length. */
  static DecoderBatch of(Decoder decoder, List<List<CachedTokens.Part>> rows) {
    int length = rows.get(0).stream().mapToInt(CachedTokens.Part::count).sum();
    DecoderBatch batch = new DecoderBatch(decoder, rows.size(), null);
    batch.positions = length;
    Arrays.fill(batch.lengths, length);
    for (int slot = 0; slot < batch.cache.length; slot++) {
      CacheSlot layout = batch.slots.get(slot);
      ByteBuffer memory = decoder.take(layout.bytes(rows.size(), length));
      batch.cache[slot] = memory;
      for (int i = 0; i < rows.size(); i++) {
        CacheSlot.Row target = new CacheSlot.Row(memory, i, rows.size(), length);
        int at = 0;
        for (CachedTokens.Part part : rows.get(i)) {
          layout.copyRow(part.tokens().row(slot), 0, part.count(), target, at);
          at += part.count();
        }
      }
    }
    return batch;
  }

  /**
   * Keeps some tokens of a sequence, as they are now, beyond the life of the batch.
   *
   * @param from the first, 0 being the first of the sequence
   * @return to be closed
   */
  public CachedTokens keep(int row, int from, int count) {
    if (from < 0 || count < 1 || from + count > lengths[row]) {
      throw new IndexOutOfBoundsException(
          count + " tokens from " + from + " on, of " + lengths[row]);
    }
    return CachedTokens.copy(
        decoder,
        count,
        (slot, target) ->
            slots.get(slot).copyRow(source(slot, row), unused(row) + from, count, target, 0));
  }

  private CacheSlot.Row source(int slot, int row) {
    ByteBuffer memory = cache[slot];
    if (closed || memory == null) {
      throw new IllegalStateException("the batch is closed or has no tokens");
    }
    return new CacheSlot.Row(memory, row, rows, positions);
  }

  private int unused(int row) {
    return positions - lengths[row];
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    StepLogits last = logits;
    if (last != null) {
      last.release(decoder);
    }
    for (int i = 0; i < cache.length; i++) {
      ByteBuffer now = cache[i];
      ByteBuffer then = spare[i];
      if (now != null) {
        decoder.giveBack(now);
      }
      if (then != null) {
        decoder.giveBack(then);
      }
    }
    if (encoder != null) {
      encoder.release();
    }
  }
}

package io.parlance.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an encoder gave for the rows of a batch: its states, and the keys and values that the first
 * step of the decoder made of them. Padded at the end. Shared by batches with the same rows, and
 * freed with the last of them.
 */
final class EncoderState {
  private final Decoder decoder;
  private final int[] lengths;
  private final Object[] origins; // rows with the same origin have the same contents
  private final int width;
  private final List<CacheSlot> slots; // states first, then keys and values
  private final ByteBuffer[] memories;
  private int users = 1;
  private boolean hasKeys;

  private EncoderState(Decoder decoder, CacheSlot states, int[] lengths, Object[] origins) {
    this.decoder = decoder;
    this.lengths = lengths;
    this.origins = origins;
    this.width = Arrays.stream(lengths).max().orElseThrow();
    this.slots = new ArrayList<>(List.of(states));
    slots.addAll(decoder.next().cross());
    this.memories = new ByteBuffer[slots.size()];
    for (int i = 0; i < memories.length; i++) {
      memories[i] = decoder.take(slots.get(i).bytes(lengths.length, width));
    }
  }

  static EncoderState encode(
      Decoder decoder, EncoderGraph graph, List<int[]> sources, @Nullable RunControl control) {
    int[] lengths = sources.stream().mapToInt(source -> source.length).toArray();
    Object[] origins = sources.stream().map(source -> new Object()).toArray();
    EncoderState state = new EncoderState(decoder, graph.states(), lengths, origins);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Tensor states = state.tensor(0);
    try {
      long[] ids = new long[sources.size() * state.width];
      for (int row = 0; row < sources.size(); row++) {
        int[] source = sources.get(row);
        decoder.checkSource(source);
        for (int i = 0; i < source.length; i++) {
          ids[row * state.width + i] = source[i];
        }
      }
      inputs.put(
          DecoderSignature.INPUT_IDS, integers(graph.session(), "input_ids", ids, lengths.length));
      if (graph.session().inputs().containsKey(DecoderSignature.ATTENTION_MASK)) {
        inputs.put(
            DecoderSignature.ATTENTION_MASK,
            integers(graph.session(), "attention_mask", state.mask(), lengths.length));
      }
      graph
          .session()
          .run(inputs, List.of(), Map.of(graph.states().output(), states), control)
          .close();
      return state;
    } catch (RuntimeException | Error e) {
      state.release();
      throw e;
    } finally {
      states.close();
      inputs.values().forEach(Tensor::close);
    }
  }

  private static Tensor integers(Session session, String name, long[] values, int rows) {
    TensorDescription description = session.inputs().get(name);
    if (description != null && description.type() == ElementType.INT32) {
      int[] narrow = Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
      return Tensor.of(narrow, rows, values.length / rows);
    }
    return Tensor.of(values, rows, values.length / rows);
  }

  private long[] mask() {
    long[] mask = new long[lengths.length * width];
    for (int row = 0; row < lengths.length; row++) {
      Arrays.fill(mask, row * width, row * width + lengths[row], 1);
    }
    return mask;
  }

  private Tensor tensor(int slot) {
    CacheSlot layout = slots.get(slot);
    return Tensor.over(memories[slot], layout.type(), layout.shape(lengths.length, width));
  }

  /** Adds what a graph takes of this to its inputs; the tensors are the caller's to close. */
  void addInputs(DecoderSignature graph, Map<String, Tensor> inputs) {
    for (String name : graph.encoderInputs()) {
      inputs.put(
          name,
          name.equals(DecoderSignature.ENCODER_STATES)
              ? tensor(0)
              : integers(graph.session(), name, mask(), lengths.length));
    }
    if (hasKeys) {
      for (int i = 1; i < slots.size(); i++) {
        inputs.put(slots.get(i).input(), tensor(i));
      }
    }
  }

  /** Adds where the first step writes keys and values; the tensors are the caller's to close. */
  void addOutputs(Map<String, Tensor> outputs) {
    for (int i = 1; i < slots.size(); i++) {
      outputs.put(slots.get(i).output(), tensor(i));
    }
  }

  /** Called when the first step has run. */
  void keysAreThere() {
    hasKeys = true;
  }

  boolean hasKeys() {
    return hasKeys;
  }

  /** Whether two rows have the same contents. */
  boolean isSame(int one, int other) {
    return origins[one] == origins[other];
  }

  /** The same with one more batch that uses it. */
  EncoderState share() {
    users++;
    return this;
  }

  /** Rows of several states; shared, not copied, where they have the contents of one state. */
  static EncoderState assemble(Decoder decoder, List<EncoderState> sources, int[] rows) {
    EncoderState one = sources.get(0);
    int[] lengths = new int[rows.length];
    Object[] origins = new Object[rows.length];
    for (int i = 0; i < rows.length; i++) {
      lengths[i] = sources.get(i).lengths[rows[i]];
      origins[i] = sources.get(i).origins[rows[i]];
    }
    if (Arrays.equals(origins, one.origins)) {
      return one.share();
    }
    EncoderState state = new EncoderState(decoder, one.slots.get(0), lengths, origins);
    state.hasKeys = one.hasKeys;
    for (int slot = 0; slot < state.memories.length; slot++) {
      for (int i = 0; i < rows.length; i++) {
        EncoderState source = sources.get(i);
        CacheSlot layout = state.slots.get(slot);
        CacheSlot.Row target =
            new CacheSlot.Row(state.memories[slot], i, state.lengths.length, state.width);
        layout.copyRow(
            new CacheSlot.Row(source.memories[slot], rows[i], source.lengths.length, source.width),
            0,
            lengths[i],
            target,
            0);
        layout.clearRow(target, lengths[i], state.width - lengths[i]);
      }
    }
    return state;
  }

  void release() {
    users--;
    if (users == 0) {
      for (ByteBuffer memory : memories) {
        decoder.giveBack(memory);
      }
    }
  }
}

package io.parlance.runtime;

import io.parlance.ModelUnusableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What each input and output of a decoder graph is for, by the names that exporters give them.
 *
 * @param session the graph
 * @param masks whether it takes {@code attention_mask}
 * @param positions whether it takes {@code position_ids}
 * @param branches whether it takes {@code use_cache_branch}
 * @param lastLogits name of the input that says for how many positions logits are wanted, or null
 * @param encoderInputs of {@code encoder_hidden_states} and {@code encoder_attention_mask}, those
 *     it takes
 * @param own the cache of the tokens themselves
 * @param cross the cache of what an encoder gave
 * @param logits the output
 * @param states the output with the hidden states after the last layer, or null
 */
record DecoderSignature(
    Session session,
    boolean masks,
    boolean positions,
    boolean branches,
    @Nullable String lastLogits,
    List<String> encoderInputs,
    List<CacheSlot> own,
    List<CacheSlot> cross,
    TensorDescription logits,
    @Nullable TensorDescription states) {
  static final String INPUT_IDS = "input_ids";
  static final String ATTENTION_MASK = "attention_mask";
  static final String POSITION_IDS = "position_ids";
  static final String USE_CACHE_BRANCH = "use_cache_branch";
  static final String ENCODER_STATES = "encoder_hidden_states";
  static final String ENCODER_MASK = "encoder_attention_mask";
  static final String LOGITS = "logits";
  static final String STATES = "last_hidden_state";

  /**
   * Reads a graph's description.
   *
   * @param heads number of key and value heads, for graphs that leave it open
   * @param headSize size of a head, for graphs that leave it open
   */
  static DecoderSignature of(Session session, int heads, int headSize) {
    Map<String, TensorDescription> inputs = session.inputs();
    List<CacheSlot> own = new ArrayList<>();
    List<CacheSlot> cross = new ArrayList<>();
    List<String> encoderInputs = new ArrayList<>();
    @Nullable String lastLogits = null;
    for (TensorDescription input : inputs.values()) {
      String name = input.name();
      switch (name) {
        case INPUT_IDS, ATTENTION_MASK, POSITION_IDS, USE_CACHE_BRANCH -> {}
        case ENCODER_STATES, ENCODER_MASK -> encoderInputs.add(name);
        case "num_logits_to_keep", "logits_to_keep" -> lastLogits = name;
        default -> {
          if (!name.startsWith("past")) {
            throw unusable(session, "it takes '" + name + "', which no known decoder does");
          }
          (name.contains("encoder") && !name.contains("decoder") ? cross : own)
              .add(CacheSlot.of(session.name(), input, present(name), heads, headSize));
        }
      }
    }
    TensorDescription logits = session.outputs().get(LOGITS);
    if (!inputs.containsKey(INPUT_IDS) || logits == null || logits.rank() != 3) {
      throw unusable(
          session, "a decoder takes input_ids and gives logits[batch, sequence, vocabulary]");
    }
    TensorDescription states = session.outputs().get(STATES);
    boolean sized = states != null && states.rank() == 3 && states.dimensions().get(2) > 0;
    return new DecoderSignature(
        session,
        inputs.containsKey(ATTENTION_MASK),
        inputs.containsKey(POSITION_IDS),
        inputs.containsKey(USE_CACHE_BRANCH),
        lastLogits,
        List.copyOf(encoderInputs),
        List.copyOf(own),
        List.copyOf(cross),
        logits,
        sized ? states : null);
  }

  /** The output that continues a cache input. */
  private static String present(String past) {
    return past.replaceFirst("^past(_key_values)?", "present");
  }

  /** Checks that the graph gives the cache that another graph goes on with. */
  void requireOutputs(List<CacheSlot> slots) {
    for (CacheSlot slot : slots) {
      if (!session.outputs().containsKey(slot.output())) {
        throw unusable(session, "it gives no '" + slot.output() + "' for the next step");
      }
    }
  }

  /** Checks that another graph can go on where this one started. */
  void requireSameAs(DecoderSignature next) {
    Stream.concat(next.own.stream(), next.cross.stream())
        .forEach(
            slot ->
                requireSame(
                    Objects.requireNonNull(session.outputs().get(slot.output())),
                    slot.type(),
                    slot.dimensions(),
                    slot.positionAxis(),
                    next));
    requireSame(logits, next.logits.type(), next.logits.dimensions(), 1, next);
  }

  private void requireSame(
      TensorDescription given,
      ElementType type,
      List<Long> dimensions,
      int positionAxis,
      DecoderSignature next) {
    boolean fits = given.type() == type && (given.rank() == 0 || given.rank() == dimensions.size());
    for (int i = 1; fits && i < given.rank(); i++) {
      long size = given.dimensions().get(i);
      long wanted = dimensions.get(i);
      fits = i == positionAxis || size <= 0 || wanted <= 0 || size == wanted;
    }
    if (!fits) {
      throw new ModelUnusableException(
          session.name()
              + " and "
              + next.session.name()
              + " do not belong together: in the first '"
              + given.name()
              + "' is "
              + given
              + ", the second goes on with "
              + type
              + dimensions
              + "; take both from the same export");
    }
  }

  ElementType typeOf(String input) {
    TensorDescription description = session.inputs().get(input);
    if (description == null) {
      throw new AssertionError(input);
    }
    return description.type();
  }

  static ModelUnusableException unusable(Session session, String reason) {
    return new ModelUnusableException(
        session.name()
            + " cannot be used as a decoder: "
            + reason
            + " (inputs: "
            + session.inputs()
            + ", outputs: "
            + session.outputs()
            + ")");
  }
}

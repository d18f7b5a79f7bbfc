package io.parlance.runtime;

import io.parlance.ModelUnusableException;
import java.util.List;
import java.util.Set;

/**
 * The encoder of an encoder-decoder.
 *
 * @param session takes {@code input_ids} and perhaps {@code attention_mask}
 * @param states its output, with what the decoder calls it
 */
record EncoderGraph(Session session, CacheSlot states) {
  private static final String OUTPUT = "last_hidden_state";
  private static final Set<String> INPUTS =
      Set.of(DecoderSignature.INPUT_IDS, DecoderSignature.ATTENTION_MASK);

  static EncoderGraph of(Session session, DecoderSignature decoder) {
    TensorDescription output = session.outputs().get(OUTPUT);
    TensorDescription input = decoder.session().inputs().get(DecoderSignature.ENCODER_STATES);
    if (output == null
        || output.rank() != 3
        || !session.inputs().containsKey(DecoderSignature.INPUT_IDS)
        || !INPUTS.containsAll(session.inputs().keySet())) {
      throw new ModelUnusableException(
          session.name()
              + " is no encoder of an encoder-decoder: it must take input_ids, perhaps"
              + " attention_mask, and give "
              + OUTPUT
              + "[batch, sequence, hidden] (inputs: "
              + session.inputs()
              + ", outputs: "
              + session.outputs()
              + ")");
    }
    long hidden = output.dimensions().get(2);
    if (hidden < 0 && input != null) {
      hidden = input.dimensions().get(2);
    }
    if (input == null || hidden <= 0) {
      throw DecoderSignature.unusable(
          decoder.session(),
          "beside an encoder it must take encoder_hidden_states of a known size");
    }
    long expected = input.dimensions().get(2);
    if (expected > 0 && expected != hidden || input.type() != output.type()) {
      throw new ModelUnusableException(
          session.name()
              + " and "
              + decoder.session().name()
              + " do not belong together: the encoder gives "
              + output
              + ", the decoder takes "
              + input
              + "; take both from the same export");
    }
    return new EncoderGraph(
        session,
        new CacheSlot(
            DecoderSignature.ENCODER_STATES,
            OUTPUT,
            output.type(),
            List.of(-1L, -1L, hidden),
            0,
            1,
            1));
  }
}

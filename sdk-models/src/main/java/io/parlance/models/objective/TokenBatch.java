package io.parlance.models.objective;

import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sequences side by side as the tensors that an encoder takes. */
public final class TokenBatch {

  private TokenBatch() {}

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
}

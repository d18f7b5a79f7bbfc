package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes batches for masked language modelling. The masks are drawn anew in every epoch.
 *
 * @param masking which tokens are to be predicted
 * @param padTokenId the id that fills up shorter sequences
 */
public record MaskedLanguageModeling(TokenMasking masking, int padTokenId) {

  /**
   * The inputs of one training step: {@code input_ids}, {@code attention_mask} and {@code
   * token_type_ids} [batch, sequence], {@code masked_positions} [masked], the indexes of the chosen
   * tokens in the flattened batch, and {@code labels} [masked], their original ids. All INT64; the
   * caller closes them.
   *
   * @param sequences the batch
   * @param numbers a number for each sequence, such as its place in the data set; the masks follow
   *     from it and {@code random} but not from the other sequences of the batch
   * @param random the generator of this epoch
   */
  public Map<String, Tensor> collate(
      List<TokenSequence> sequences, int[] numbers, CounterRandom random) {
    int length = sequences.stream().mapToInt(TokenSequence::length).max().orElse(0);
    List<TokenMasking.Masked> masked = new ArrayList<>(sequences.size());
    int total = 0;
    for (int row = 0; row < sequences.size(); row++) {
      TokenMasking.Masked one = masking.mask(sequences.get(row), random.fork(numbers[row]));
      masked.add(one);
      total += one.positions().length;
    }
    Tensor ids = Tensor.allocate(ElementType.INT64, sequences.size(), length);
    Tensor attention = Tensor.allocate(ElementType.INT64, sequences.size(), length);
    Tensor segments = Tensor.allocate(ElementType.INT64, sequences.size(), length);
    Tensor positions = Tensor.allocate(ElementType.INT64, total);
    Tensor labels = Tensor.allocate(ElementType.INT64, total);
    LongBuffer idBuffer = ids.buffer().asLongBuffer();
    LongBuffer attentionBuffer = attention.buffer().asLongBuffer();
    LongBuffer segmentBuffer = segments.buffer().asLongBuffer();
    LongBuffer positionBuffer = positions.buffer().asLongBuffer();
    LongBuffer labelBuffer = labels.buffer().asLongBuffer();
    for (int row = 0; row < sequences.size(); row++) {
      TokenSequence sequence = sequences.get(row);
      TokenMasking.Masked one = masked.get(row);
      for (int i = 0; i < length; i++) {
        boolean token = i < sequence.length();
        idBuffer.put(token ? one.ids()[i] : padTokenId);
        attentionBuffer.put(token ? 1 : 0);
        segmentBuffer.put(token ? sequence.segment(i) : 0);
      }
      for (int position : one.positions()) {
        positionBuffer.put((long) row * length + position);
        labelBuffer.put(sequence.id(position));
      }
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", ids);
    inputs.put("attention_mask", attention);
    inputs.put("token_type_ids", segments);
    inputs.put("masked_positions", positions);
    inputs.put("labels", labels);
    return inputs;
  }
}

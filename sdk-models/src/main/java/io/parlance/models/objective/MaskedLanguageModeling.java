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
public record MaskedLanguageModeling(TokenMasking masking, int padTokenId)
    implements PretrainingObjective {

  @Override
  public Map<String, Input> inputs() {
    Map<String, Input> inputs = new LinkedHashMap<>(TokenBatch.INPUTS);
    inputs.put("masked_positions", Input.longs("masked"));
    inputs.put("labels", Input.longs("masked"));
    return inputs;
  }

  @Override
  public long targets(Map<String, Tensor> batch) {
    return TokenBatch.counted(batch, "labels");
  }

  @Override
  public int vocabularySize() {
    return masking.vocabularySize();
  }

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
  @Override
  public Map<String, Tensor> collate(
      List<TokenSequence> sequences, int[] numbers, CounterRandom random) {
    List<TokenMasking.Masked> masks = new ArrayList<>(sequences.size());
    List<TokenSequence> masked = new ArrayList<>(sequences.size());
    int total = 0;
    for (int row = 0; row < sequences.size(); row++) {
      TokenMasking.Masked mask = masking.mask(sequences.get(row), random.fork(numbers[row]));
      masks.add(mask);
      masked.add(sequences.get(row).withIds(mask.ids()));
      total += mask.positions().length;
    }
    Map<String, Tensor> inputs = TokenBatch.pad(masked, padTokenId);
    long length = masked.stream().mapToInt(TokenSequence::length).max().orElse(0);
    Tensor positions = Tensor.allocate(ElementType.INT64, total);
    Tensor labels = Tensor.allocate(ElementType.INT64, total);
    LongBuffer positionBuffer = positions.buffer().asLongBuffer();
    LongBuffer labelBuffer = labels.buffer().asLongBuffer();
    for (int row = 0; row < sequences.size(); row++) {
      for (int position : masks.get(row).positions()) {
        positionBuffer.put(row * length + position);
        labelBuffer.put(sequences.get(row).id(position));
      }
    }
    inputs.put("masked_positions", positions);
    inputs.put("labels", labels);
    return inputs;
  }
}

package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What ELECTRA is pretrained with (Clark et al. 2020, arXiv:2003.10555): a generator fills hidden
 * tokens in, a discriminator tells which tokens of the filled text are not the original ones. The
 * batches hold {@code masked_ids}, {@code attention_mask}, {@code token_type_ids} [batch,
 * sequence], {@code masked_positions} and {@code mlm_labels} [masked] for the generator; {@code
 * masked_index} [batch, sequence], which of the hidden tokens stands at a position, -1 for none;
 * and {@code sampling} [masked], uniform numbers from which its samples are drawn.
 *
 * @param masking which tokens are hidden; all chosen ones become the mask token in the paper, see
 *     {@link #of}
 * @param padTokenId the id that fills up shorter sequences
 */
public record ReplacedTokenDetection(TokenMasking masking, int padTokenId)
    implements PretrainingObjective {

  private static final double SHARE = 0.15;

  /** As in the paper: 15 % of the tokens, all of them masked. */
  public static ReplacedTokenDetection of(int maskTokenId, int vocabularySize, int padTokenId) {
    return new ReplacedTokenDetection(
        new TokenMasking(
            SHARE,
            1,
            0,
            TokenMasking.DEFAULT_MAXIMUM_PREDICTIONS,
            false,
            maskTokenId,
            vocabularySize),
        padTokenId);
  }

  @Override
  public Map<String, Input> inputs() {
    Map<String, Input> inputs = new LinkedHashMap<>();
    for (String name : List.of("masked_ids", "attention_mask", "token_type_ids", "masked_index")) {
      inputs.put(name, Input.longs("batch", "sequence"));
    }
    inputs.put("masked_positions", Input.longs("masked"));
    inputs.put("mlm_labels", Input.longs("masked"));
    inputs.put("sampling", Input.floats("masked"));
    return inputs;
  }

  @Override
  public long targets(Map<String, Tensor> batch) {
    return TokenBatch.counted(batch, "mlm_labels");
  }

  @Override
  public Map<String, Tensor> collate(
      List<TokenSequence> sequences, int[] numbers, CounterRandom random) {
    Map<String, Tensor> masked =
        new MaskedLanguageModeling(masking, padTokenId).collate(sequences, numbers, random);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Tensor ids = Objects.requireNonNull(masked.get("input_ids"));
    Tensor positions = Objects.requireNonNull(masked.get("masked_positions"));
    inputs.put("masked_ids", ids);
    inputs.put("attention_mask", Objects.requireNonNull(masked.get("attention_mask")));
    inputs.put("token_type_ids", Objects.requireNonNull(masked.get("token_type_ids")));
    inputs.put("masked_positions", positions);
    inputs.put("mlm_labels", Objects.requireNonNull(masked.get("labels")));
    long[] shape = ids.shape();
    Tensor index = Tensor.allocate(ElementType.INT64, shape);
    LongBuffer which = index.buffer().asLongBuffer();
    for (int i = 0; i < ids.elementCount(); i++) {
      which.put(i, -1);
    }
    Tensor sampling = Tensor.allocate(ElementType.FLOAT32, positions.elementCount());
    FloatBuffer uniform = sampling.buffer().asFloatBuffer();
    long[] places = positions.toLongArray();
    for (int i = 0; i < places.length; i++) {
      which.put((int) places[i], i);
      int row = (int) (places[i] / shape[1]);
      uniform.put((float) random.fork(numbers[row]).fork("samples").uniform(places[i] % shape[1]));
    }
    inputs.put("masked_index", index);
    inputs.put("sampling", sampling);
    return inputs;
  }

  @Override
  public int vocabularySize() {
    return masking.vocabularySize();
  }
}

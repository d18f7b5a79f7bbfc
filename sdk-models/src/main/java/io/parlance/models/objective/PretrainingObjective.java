package io.parlance.models.objective;

import io.parlance.models.graph.Shape;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What a model is pretrained to do: something of a text is kept from it, and it is asked for that.
 * Implementations are immutable; their {@code toString} tells all that decides the batches.
 */
public interface PretrainingObjective {

  /**
   * An input of the model, of its loss, or of both.
   *
   * @param type of its elements
   * @param shape with the sizes of batches as symbols
   */
  record Input(ElementType type, Shape shape) {

    /** Whole numbers. */
    static Input longs(Object... sizes) {
      return new Input(ElementType.INT64, Shape.of(sizes));
    }

    /** Numbers of single precision. */
    static Input floats(Object... sizes) {
      return new Input(ElementType.FLOAT32, Shape.of(sizes));
    }
  }

  /**
   * What {@link #collate} gives, by name; models leave {@code token_type_ids} aside if they may.
   */
  Map<String, Input> inputs();

  /** The number of tokens of a batch that are predicted. */
  long targets(Map<String, Tensor> batch);

  /**
   * The inputs of one step; the caller closes them. What is chosen for a sequence follows from its
   * number and {@code random}, but not from the other sequences of the batch.
   *
   * @param sequences the batch
   * @param numbers a number for each sequence: its place in the data set
   * @param random the generator of this epoch
   */
  Map<String, Tensor> collate(List<TokenSequence> sequences, int[] numbers, CounterRandom random);

  /** How many ids there are among the tokens of the batches: the least vocabulary of a model. */
  int vocabularySize();

  /** The least number of tokens of a sequence from which something can be learned. */
  default int shortestSequence() {
    return 1;
  }
}

package io.parlance.tokenizers.training;

import java.util.Iterator;
import java.util.stream.Stream;

/**
 * Learns a vocabulary from texts. Trainers are immutable and may be used again; the same texts in
 * any order and the same options give the same tokenizer.
 */
public sealed interface TokenizerTrainer permits WordPieceTrainer, BytePairTrainer, UnigramTrainer {
  /**
   * Trains on all texts. Each is read once; what is kept is their distinct words.
   *
   * @throws IllegalArgumentException if there is no word in the texts, or if the vocabulary cannot
   *     hold even the special tokens and the alphabet
   */
  TrainedTokenizer train(Iterator<String> texts);

  /** As {@link #train(Iterator)}; the stream is not closed. */
  default TrainedTokenizer train(Stream<String> texts) {
    return train(texts.iterator());
  }
}

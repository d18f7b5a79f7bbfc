/**
 * Trainers that learn a vocabulary from texts and write {@code tokenizer.json}: {@link
 * io.parlance.tokenizers.training.WordPieceTrainer}, {@link
 * io.parlance.tokenizers.training.BytePairTrainer} and {@link
 * io.parlance.tokenizers.training.UnigramTrainer}, each with its options.
 */
@NullMarked
package io.parlance.tokenizers.training;

import org.jspecify.annotations.NullMarked;

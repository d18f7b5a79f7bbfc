/** Trainers that write {@code tokenizer.json}. */
@NullMarked
package io.parlance.tokenizers.training;

import org.jspecify.annotations.NullMarked;

/**
 * Text to token ids and back: {@link io.parlance.tokenizers.Tokenizer} gives {@link
 * io.parlance.tokenizers.Encoding}s, {@link io.parlance.tokenizers.PaddedBatch} makes them one
 * batch, {@link io.parlance.tokenizers.StreamingDetokenizer} turns ids back into text one by one.
 */
@NullMarked
package io.parlance.tokenizers;

import org.jspecify.annotations.NullMarked;

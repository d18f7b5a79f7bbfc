package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.EncodedSequence;
import org.jspecify.annotations.Nullable;

/**
 * What one family of encoder-decoders adds to what all have in common: its layers, and its keys of
 * {@code config.json}. Heads, losses and the memory of earlier tokens are in {@link
 * EncoderDecoderModel}.
 */
interface EncoderDecoder {

  /** The family in figures. */
  EncoderDecoderDescription description();

  /** Writes the family's keys of {@code config.json}. */
  void write(JsonObject json);

  /**
   * Writes the encoder.
   *
   * @param body the scope of the body
   * @param ids [batch, source]
   * @param mask [batch, source], 0 for padding; null if there is none
   * @return the hidden states after the last layer [batch, source, hidden]
   */
  Value encode(Scope body, Value ids, @Nullable Value mask);

  /**
   * Writes the decoder.
   *
   * @return the hidden states after the last layer [batch, target, hidden]
   */
  Value decode(Scope body, CausalSequence target, EncodedSequence source);

  /**
   * Scores of the next token.
   *
   * @param root the scope of the whole model
   * @param hidden [batch, target, hidden]
   * @return [batch, target, vocabulary]
   */
  Value logits(Scope root, Scope body, Value hidden);

  /**
   * Scores of classes of a text, read off one state of the decoder.
   *
   * @param pooled [batch, hidden]
   * @return [batch, classes]
   */
  Value classify(Scope root, Value pooled, long classes);

  /**
   * Scores of classes of each token, read off the encoder's states.
   *
   * @param states [batch, source, hidden]
   * @return [batch, source, classes]
   */
  default Value tag(Scope root, Value states, long classes) {
    throw new IllegalArgumentException(description().modelType() + " has no classifier of tokens");
  }
}

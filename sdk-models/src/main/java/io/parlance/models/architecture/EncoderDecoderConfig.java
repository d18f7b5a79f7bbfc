package io.parlance.models.architecture;

/** The configuration of an encoder-decoder. */
public interface EncoderDecoderConfig {

  /**
   * The model with this head.
   *
   * @throws IllegalArgumentException if the family has no such head, naming those it has
   */
  PretrainedModel model(Head head);
}

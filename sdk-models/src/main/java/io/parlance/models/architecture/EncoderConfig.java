package io.parlance.models.architecture;

import java.util.function.UnaryOperator;

/**
 * The configuration of an encoder: the settings that all families share, and what its family adds.
 *
 * @param <C> the configuration's own type
 */
public interface EncoderConfig<C extends EncoderConfig<C>> {

  /** What all encoders have. */
  EncoderSettings settings();

  /** The same configuration with other settings. */
  C with(EncoderSettings settings);

  /** The same configuration with some settings changed, e.g. {@code with(s -> s.dropout(0))}. */
  default C with(UnaryOperator<EncoderSettings.Builder> change) {
    return with(change.apply(settings().toBuilder()).build());
  }

  /**
   * The same configuration for sequences of at most this many tokens, with a row for each in the
   * position table if the family has one.
   */
  default C maximumLength(int tokens) {
    return with(s -> s.maxPositionEmbeddings(tokens));
  }

  /**
   * The model with this head.
   *
   * @throws IllegalArgumentException if the family has no such head, naming those it has
   */
  PretrainedModel model(Head head);
}

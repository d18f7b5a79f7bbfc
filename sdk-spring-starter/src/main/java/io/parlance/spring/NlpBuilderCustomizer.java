package io.parlance.spring;

import io.parlance.Nlp;

/**
 * Changes how the {@link Nlp} beans are built, after the properties were applied. Every bean of
 * this type is called for each instance, in the order of {@link
 * org.springframework.core.annotation.Order}.
 */
@FunctionalInterface
public interface NlpBuilderCustomizer {
  /**
   * Changes the builder.
   *
   * @param instance name of the instance as under {@code parlance.instances}, or {@value
   *     NlpInstances#DEFAULT}
   */
  void customize(String instance, Nlp.Builder builder);
}

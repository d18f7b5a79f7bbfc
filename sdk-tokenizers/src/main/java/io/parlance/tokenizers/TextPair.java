package io.parlance.tokenizers;

import java.util.Objects;

/** Two texts that are encoded together, such as a question and its context. */
public record TextPair(String first, String second) {
  /** Refuses null. */
  public TextPair {
    Objects.requireNonNull(first, "the first text of a pair is null");
    Objects.requireNonNull(second, "the second text of a pair is null");
  }
}

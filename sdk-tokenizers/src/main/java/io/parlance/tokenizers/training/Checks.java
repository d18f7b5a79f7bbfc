package io.parlance.tokenizers.training;

import java.util.HashSet;
import java.util.List;

/** Refusals that the options of all trainers share. */
final class Checks {
  private Checks() {}

  static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " " + value + " must be at least 1");
    }
  }

  static void notNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " " + value + " must not be negative");
    }
  }

  /** A copy without repeated or empty tokens in it. */
  static List<String> specialTokens(List<String> tokens) {
    List<String> copy = List.copyOf(tokens);
    if (copy.contains("") || new HashSet<>(copy).size() < copy.size()) {
      throw new IllegalArgumentException(
          "special tokens " + copy + " must be different and not empty");
    }
    return copy;
  }
}

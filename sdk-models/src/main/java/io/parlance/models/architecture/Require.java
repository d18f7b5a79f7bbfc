package io.parlance.models.architecture;

/** Checks of values in {@code config.json}; messages name the key. */
final class Require {

  private Require() {}

  static void positive(String key, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(key + " is " + value + ", expected a positive number");
    }
  }

  static void notNegative(String key, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(key + " is " + value + ", expected 0 or more");
    }
  }

  static void probability(String key, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          key + " is " + value + ", expected at least 0 and below 1");
    }
  }

  static void multiple(String key, long value, String ofKey, long of) {
    if (value % of != 0) {
      throw new IllegalArgumentException(
          key + " " + value + " is not a multiple of " + ofKey + " " + of);
    }
  }
}

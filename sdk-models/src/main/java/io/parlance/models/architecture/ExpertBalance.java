package io.parlance.models.architecture;

/**
 * How much it counts in the loss that experts are used evenly.
 *
 * @param perToken how many experts each token goes to
 * @param coefficient what the balancing loss is multiplied with
 */
record ExpertBalance(int perToken, double coefficient) {}

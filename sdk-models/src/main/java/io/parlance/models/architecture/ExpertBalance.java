package io.parlance.models.architecture;

/**
 * How much it counts in the loss that experts are used evenly.
 *
 * @param experts how many there are
 * @param perToken how many each token goes to
 * @param coefficient what the balancing loss is multiplied with
 */
record ExpertBalance(int experts, int perToken, double coefficient) {}

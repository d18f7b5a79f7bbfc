package io.parlance;

import java.time.Duration;

/**
 * A run of an encoder's graph.
 *
 * @param task whose model ran, for example {@code classifier}
 * @param rows texts, or windows of them, in the run
 * @param tokens of all rows, without padding
 * @param paddingTokens that filled the rows up to the longest
 * @param duration of the run
 */
public record RunReport(String task, int rows, int tokens, int paddingTokens, Duration duration) {}

package io.parlance;

/**
 * A call that begins.
 *
 * @param task whose model is called, for example {@code classifier}
 * @param inputs texts or pairs of the call
 * @param asynchronous whether its caller does not wait
 */
public record CallStart(String task, int inputs, boolean asynchronous) {}

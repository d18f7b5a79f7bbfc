package io.parlance.samples.batch;

/**
 * A run over an input: what a job instance is about.
 *
 * @param input key of the input
 * @param number from 1, counted for each input
 */
record Run(long input, long number) {}

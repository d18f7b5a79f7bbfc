package io.parlance.samples.batch;

import java.io.PrintStream;

/**
 * Where the process writes.
 *
 * @param out what was reached
 * @param messages what is going on
 * @param terminal whether a person sees the messages while they are written
 */
record Console(PrintStream out, PrintStream messages, boolean terminal) {}

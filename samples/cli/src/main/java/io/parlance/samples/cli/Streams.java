package io.parlance.samples.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * What a command reads and writes when no file is named.
 *
 * @param in data in
 * @param out results, and nothing but results
 * @param messages everything meant for a person: errors, progress
 * @param columns width of the terminal that shows the messages, 0 where they go elsewhere
 * @param outIsTerminal whether results go to a person at a terminal
 */
record Streams(
    InputStream in, OutputStream out, PrintStream messages, int columns, boolean outIsTerminal) {}

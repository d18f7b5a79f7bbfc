/**
 * The command line {@code parlance}: {@link io.parlance.samples.cli.Main} starts {@code
 * ParlanceCommand}, each subcommand is one class. Commands that answer JSON Lines extend {@code
 * LineCommand} and give it a {@code LineTask}; reading, options, errors and writing live in {@code
 * LineReader}, {@code TaskOptions}, {@code LineLoop} and {@code Output}.
 */
@NullMarked
package io.parlance.samples.cli;

import org.jspecify.annotations.NullMarked;

/**
 * A Spring Batch job over documents: every document of an input is registered in a table, and what
 * is not done yet is processed in chunks, whose results, states and progress are committed
 * together.
 *
 * <p>From the command line inwards: {@code JobCommand}, {@code DocumentJob}, {@code
 * DocumentJobConfiguration} with the four steps of the job, and what they are made of.
 */
@NullMarked
package io.parlance.samples.batch;

import org.jspecify.annotations.NullMarked;

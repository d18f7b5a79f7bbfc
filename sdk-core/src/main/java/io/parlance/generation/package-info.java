/**
 * How tokens are chosen: options, logits processors, searches, stopping, and the loop that runs
 * many of them together.
 */
@NullMarked
package io.parlance.generation;

import org.jspecify.annotations.NullMarked;

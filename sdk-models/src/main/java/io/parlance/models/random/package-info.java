/** Randomness without state: every draw is a function of a seed, a stream and a position. */
@NullMarked
package io.parlance.models.random;

import org.jspecify.annotations.NullMarked;

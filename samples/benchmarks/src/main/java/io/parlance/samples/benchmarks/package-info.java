/** Speed beside the alternatives. */
@NullMarked
package io.parlance.samples.benchmarks;

import org.jspecify.annotations.NullMarked;

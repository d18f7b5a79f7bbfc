/** The first program. */
@NullMarked
package io.parlance.samples.quickstart;

import org.jspecify.annotations.NullMarked;

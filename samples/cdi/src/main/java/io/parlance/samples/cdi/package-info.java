/** Parlance where Jakarta's dependency injection is. */
@NullMarked
package io.parlance.samples.cdi;

import org.jspecify.annotations.NullMarked;

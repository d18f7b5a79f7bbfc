/** Meters and observations, where Micrometer is on the class path. */
@NullMarked
package io.parlance.spring.observation;

import org.jspecify.annotations.NullMarked;

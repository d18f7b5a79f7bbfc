/** Layers written with operators. */
@NullMarked
package io.parlance.models.nn;

import org.jspecify.annotations.NullMarked;

/** Reverse-mode differentiation over the graph. */
@NullMarked
package io.parlance.models.autodiff;

import org.jspecify.annotations.NullMarked;

/** The fluent API: what a caller imports. */
@NullMarked
package io.parlance;

import org.jspecify.annotations.NullMarked;

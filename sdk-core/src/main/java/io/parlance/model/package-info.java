/** Where a model comes from and what is in its folder. */
@NullMarked
package io.parlance.model;

import org.jspecify.annotations.NullMarked;

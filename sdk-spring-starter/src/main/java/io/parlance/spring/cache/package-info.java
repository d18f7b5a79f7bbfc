/** The caches of results as Spring's cache abstraction sees them. */
@NullMarked
package io.parlance.spring.cache;

import org.jspecify.annotations.NullMarked;

/** Result cache on Caffeine. */
@NullMarked
package io.parlance.cache;

import org.jspecify.annotations.NullMarked;

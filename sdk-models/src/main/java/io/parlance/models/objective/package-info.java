/** What is learned: losses and the data they need. */
@NullMarked
package io.parlance.models.objective;

import org.jspecify.annotations.NullMarked;

/** One small file a model family. */
@NullMarked
package io.parlance.models.architecture;

import org.jspecify.annotations.NullMarked;

/** Text to token ids and back. */
@NullMarked
package io.parlance.tokenizers;

import org.jspecify.annotations.NullMarked;

/**
 * Where a text can be taken apart so that nothing of it is lost: sentences, clauses, and what must
 * stay whole.
 */
@NullMarked
package io.parlance.segmentation;

import org.jspecify.annotations.NullMarked;

/** Graphs with weights of few bits, of this project and of other tools. */
@NullMarked
package io.parlance.models.quantization;

import org.jspecify.annotations.NullMarked;

/** The one intermediate representation: graph, operators, ONNX reader and writer. */
@NullMarked
package io.parlance.models.graph;

import org.jspecify.annotations.NullMarked;

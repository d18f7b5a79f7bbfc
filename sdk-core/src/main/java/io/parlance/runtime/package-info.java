/** The only place that touches ONNX Runtime: sessions, tensors, execution providers. */
@NullMarked
package io.parlance.runtime;

import org.jspecify.annotations.NullMarked;

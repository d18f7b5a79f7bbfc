/** Model folders that any ONNX tool loads. */
@NullMarked
package io.parlance.models.export;

import org.jspecify.annotations.NullMarked;

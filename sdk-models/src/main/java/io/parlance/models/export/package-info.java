/**
 * Model folders that any ONNX tool can load: {@link io.parlance.models.export.ModelExporter} writes
 * them, {@link io.parlance.models.quantization.Quantization} makes graphs small and fast.
 */
@NullMarked
package io.parlance.models.export;

import org.jspecify.annotations.NullMarked;

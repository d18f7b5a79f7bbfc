package io.parlance.models.quantization;

import java.nio.file.Path;

/**
 * What became of one graph.
 *
 * @param file where it was written
 * @param quantized number of matrices that were quantized
 * @param kept number of matrices of at least 1024 elements that stayed as they were
 */
public record QuantizedFile(Path file, int quantized, int kept) {}

/** Parameters in and out: safetensors with Hugging Face names. */
@NullMarked
package io.parlance.models.weights;

import org.jspecify.annotations.NullMarked;

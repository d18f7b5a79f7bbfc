/**
 * What a model is made of, without its weights: a table of its layers with shapes, parameters and
 * computation, and a drawing of its graph.
 */
@NullMarked
package io.parlance.models.inspection;

import org.jspecify.annotations.NullMarked;

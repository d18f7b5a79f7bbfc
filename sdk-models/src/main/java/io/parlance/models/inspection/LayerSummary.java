package io.parlance.models.inspection;

import java.util.List;

/**
 * A layer, or several of the same kind, of the same shape.
 *
 * @param path its name, such as {@code encoder.layer.0.attention.self.query}; where there are
 *     several, numbers that differ are {@code *}
 * @param count how many of them there are
 * @param operators what it computes, such as {@code MatMul Add}
 * @param weights its parameters with their shapes, such as {@code weight [768, 768]}
 * @param output the shape of what it computes, empty where it is not known
 * @param parameters the number of elements of the parameters of one of them
 * @param flops what one of them computes for a token, see {@link ModelSummary#flops}
 */
public record LayerSummary(
    String path,
    int count,
    String operators,
    List<String> weights,
    String output,
    long parameters,
    double flops) {

  /** Copies the list. */
  public LayerSummary {
    weights = List.copyOf(weights);
  }
}

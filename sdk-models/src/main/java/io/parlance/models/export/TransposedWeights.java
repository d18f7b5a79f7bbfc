package io.parlance.models.export;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.GraphRewriter;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stores weights the way they are multiplied: {@code MatMul(x, Transpose(W))} becomes {@code
 * MatMul(x, W')}. Weights that are read in other ways as well, such as word embeddings tied to a
 * decoder, stay as they are, so that the file does not hold them twice.
 */
final class TransposedWeights {

  private final FrozenGraph source;
  private final WeightUses uses;
  private final Map<String, Tensor> weights;
  private final List<Tensor> owned = new ArrayList<>();

  private TransposedWeights(FrozenGraph source) {
    this.source = source;
    this.uses = new WeightUses(source.graph());
    this.weights = new LinkedHashMap<>(source.weights());
  }

  static FrozenGraph fold(FrozenGraph source) {
    TransposedWeights folding = new TransposedWeights(source);
    try {
      Graph graph =
          GraphRewriter.rewrite(
              source.graph(), (node, rewriter) -> folding.replace(node.output(), rewriter));
      return new FrozenGraph(graph, folding.weights, folding.owned);
    } catch (RuntimeException | Error e) {
      folding.owned.forEach(Tensor::close);
      throw e;
    }
  }

  private @Nullable Value replace(Value output, GraphRewriter rewriter) {
    Value weight = WeightUses.transposed(output);
    if (weight == null
        || !uses.isInternal(weight)
        || !uses.readers(weight).stream()
            .allMatch(reader -> WeightUses.transposed(reader.output()) != null)) {
      return null;
    }
    String name = weight.name() + "_transposed";
    if (!weights.containsKey(name)) {
      Tensor transposed = transpose(Objects.requireNonNull(source.weights().get(weight.name())));
      owned.add(transposed);
      weights.put(name, transposed);
    }
    long[] sizes = weight.shape().sizes();
    return rewriter.parameter(name, weight.type(), sizes[1], sizes[0]);
  }

  /** The transposed copy of a matrix of any element type. */
  static Tensor transpose(Tensor matrix) {
    int rows = Math.toIntExact(matrix.shape()[0]);
    int columns = Math.toIntExact(matrix.shape()[1]);
    Tensor transposed = Tensor.allocate(matrix.type(), columns, rows);
    ByteBuffer from = matrix.buffer();
    ByteBuffer to = transposed.buffer();
    ElementType type = matrix.type();
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int source = row * columns + column;
        int target = column * rows + row;
        switch (type.bytes()) {
          case 8 -> to.putLong(target * 8, from.getLong(source * 8));
          case 4 -> to.putInt(target * 4, from.getInt(source * 4));
          case 2 -> to.putShort(target * 2, from.getShort(source * 2));
          default -> to.put(target, from.get(source));
        }
      }
    }
    return transposed;
  }
}

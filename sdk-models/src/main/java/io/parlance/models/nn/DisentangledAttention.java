package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.matMul;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.softmax;
import static io.parlance.models.graph.Operators.transpose;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Disentangled attention (He et al. 2020, arXiv:2006.03654, section 3.1): the score of query i for
 * key j is {@code q(i)·k(j) + q(i)·kr(i - j) + k(j)·qr(i - j)}, divided by the root of the width
 * times the number of terms, where kr and qr are projections of embeddings of distances.
 *
 * @param self where the projections are
 * @param projections of the embeddings of distances
 * @param comparisons which of the last two terms there are: {@code c2p}, {@code p2c}
 * @param dropout probability on the attention weights
 * @param positionDropout probability on the embeddings of distances
 */
public record DisentangledAttention(
    Scope self,
    Projections projections,
    Set<String> comparisons,
    double dropout,
    double positionDropout) {

  /**
   * Projections of the embeddings of distances; they may be those of the words.
   *
   * @param query the name of that to queries
   * @param key the name of that to keys
   * @param weights how new ones begin
   */
  public record Projections(String query, String key, Initialization weights) {}

  /**
   * Distances.
   *
   * @param embeddings [rows, hidden]
   * @param index the row of each pair of positions [sequence, sequence], queries by keys
   */
  public record Positions(Value embeddings, Value index) {}

  /**
   * The attention to given keys.
   *
   * @param positions null if distances do not count
   * @param mask [batch, sequence], 0 for padding, whose queries find nothing; null for none
   * @param bias what hides the padding among the keys; null for none
   */
  public PostNormLayer.AttentionFunction on(
      @Nullable Positions positions, @Nullable Value mask, @Nullable Value bias) {
    return (query, key, value) -> {
      double scale = 1 / Math.sqrt(query.shape().get(-1).size() * (1.0 + comparisons.size()));
      Value scores = matMul(query, transpose(key, 0, 1, 3, 2));
      if (positions != null) {
        scores = withDistances(scores, query, key, positions);
      }
      Value scaled = mul(scores, scale);
      Value weights = softmax(bias == null ? scaled : add(scaled, bias), -1);
      Value found = matMul(Dropout.apply(weights, dropout), value);
      return mask == null ? found : mul(found, queryMask(mask, query));
    };
  }

  private static Value queryMask(Value mask, Value query) {
    Value each = cast(mask, query.type());
    boolean first = query.shape().get(2).is(1);
    return unsqueeze(first ? slice(each, 1, 0, 1) : each, 1, 3); // [batch, 1, queries, 1]
  }

  private Value withDistances(Value scores, Value query, Value key, Positions positions) {
    long heads = query.shape().get(1).size();
    Value table = unsqueeze(Dropout.apply(positions.embeddings, positionDropout), 0);
    boolean first = query.shape().get(2).is(1);
    Value index = first ? slice(positions.index, 0, 0, 1) : positions.index;
    Value sum = scores;
    if (comparisons.contains("c2p")) {
      Value keys = Attention.splitHeads(project(projections.key, table), heads);
      Value byRow = matMul(query, transpose(keys, 0, 1, 3, 2)); // [batch, heads, queries, rows]
      sum = add(sum, Attention.picked(byRow, index));
    }
    if (comparisons.contains("p2c")) {
      Value queries = Attention.splitHeads(project(projections.query, table), heads);
      Value byRow = matMul(key, transpose(queries, 0, 1, 3, 2)); // [batch, heads, keys, rows]
      Value columns =
          Attention.picked(byRow, transpose(index, 1, 0)); // [batch, heads, keys, queries]
      sum = add(sum, transpose(columns, 0, 1, 3, 2));
    }
    return sum;
  }

  private Value project(String name, Value table) {
    long hidden = table.shape().get(-1).size();
    return self.in(name, s -> Linear.apply(s, table, hidden, projections.weights));
  }
}

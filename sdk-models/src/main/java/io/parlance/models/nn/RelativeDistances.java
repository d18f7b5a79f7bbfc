package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.matMul;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.transpose;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import org.jspecify.annotations.Nullable;

/**
 * Learned embeddings of the distance between a query and a key (Shaw et al. 2018,
 * arXiv:1803.02155), shared by all heads: a query's score for a key grows by {@code q · d(i - j)},
 * or by {@code q · d(i - j) + k · d(i - j)} (Huang et al. 2020, arXiv:2009.13658).
 *
 * @param scope where the table of 2 * {@code positions} - 1 rows is
 * @param positions the longest sequence
 * @param initialization how a new table begins
 */
public record RelativeDistances(Scope scope, long positions, Initialization initialization) {

  /**
   * What is added to the scaled scores.
   *
   * @param query [batch, heads, queries, width]; the queries are the first of the positions
   * @param compared keys that are compared with distances as well; null for none
   * @param key [batch, heads, keys, width]
   * @param bias another bias, which is added; null for none
   * @return [batch, heads, queries, keys]
   */
  public Value bias(Value query, @Nullable Value compared, Value key, @Nullable Value bias) {
    Graph graph = scope.graph();
    long width = query.shape().get(-1).size();
    Value table = Embedding.table(scope, 2 * positions - 1, width, initialization);
    Value i = unsqueeze(range(squeeze(shape(query, 2, 3), 0)), 1);
    Value j = unsqueeze(range(squeeze(shape(key, 2, 3), 0)), 0);
    Value index = add(sub(i, j), graph.longScalar(positions - 1));
    Value distances = transpose(gather(table, index, 0), 0, 2, 1); // [queries, width, keys]
    Value scores = squeeze(matMul(unsqueeze(query, 3), distances), 3);
    if (compared != null) {
      // [batch, heads, keys, 1, width] by [keys, width, queries]
      Value byKey = transpose(distances, 2, 1, 0);
      Value columns = squeeze(matMul(unsqueeze(compared, 3), byKey), 3);
      scores = add(scores, transpose(columns, 0, 1, 3, 2));
    }
    Value scaled = mul(scores, 1 / Math.sqrt(width));
    return bias == null ? scaled : add(scaled, bias);
  }
}

package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.clip;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Literal;
import io.parlance.models.graph.Value;
import java.util.function.IntToLongFunction;

/**
 * Distances between positions, sorted into buckets. What the graph holds is the table of buckets by
 * distance, so that nothing depends on how a device rounds logarithms.
 */
public final class RelativeBuckets {

  private final int furthest;
  private final long[] table;

  /**
   * Buckets by distance.
   *
   * @param furthest the distance from which on nothing changes
   * @param bucket of the distance {@code query - key}
   */
  private RelativeBuckets(int furthest, IntToLongFunction bucket) {
    this.furthest = furthest;
    this.table = new long[2 * furthest + 1];
    for (int i = 0; i < table.length; i++) {
      table[i] = bucket.applyAsLong(i - furthest);
    }
  }

  /**
   * The buckets of T5 (Raffel et al. 2019, arXiv:1910.10683) for encoders: half of them for keys
   * after the query; of each half, half for one distance each and half for logarithmically wider
   * ones.
   *
   * @param buckets how many
   * @param maximumDistance from where on distances share the last bucket
   */
  public static RelativeBuckets bidirectional(int buckets, int maximumDistance) {
    int half = buckets / 2;
    return new RelativeBuckets(
        maximumDistance,
        distance ->
            (distance < 0 ? half : 0) + logarithmic(Math.abs(distance), half, maximumDistance));
  }

  /**
   * The buckets of T5 for decoders, which see no key after the query: half of them for one distance
   * each and half for logarithmically wider ones.
   *
   * @param buckets how many
   * @param maximumDistance from where on distances share the last bucket
   */
  public static RelativeBuckets unidirectional(int buckets, int maximumDistance) {
    return new RelativeBuckets(
        maximumDistance, distance -> logarithmic(Math.max(distance, 0), buckets, maximumDistance));
  }

  private static long logarithmic(int away, int buckets, int maximumDistance) {
    int exact = buckets / 2;
    if (away < exact) {
      return away;
    }
    float wider =
        (float) Math.log((float) away / exact)
            / (float) Math.log((double) maximumDistance / exact)
            * (buckets - exact);
    return Math.min(exact + (long) wider, buckets - 1);
  }

  /**
   * The rows of DeBERTa's table of relative positions (He et al. 2021, arXiv:2006.03654 and
   * arXiv:2111.09543): distances up to half of {@code buckets} have a row each, further ones share
   * logarithmically, and what is beyond has the outermost row.
   *
   * @param buckets rows for one direction; 0 for a row for each distance
   * @param maximumDistance {@code max_relative_positions}
   */
  public static RelativeBuckets ofDeberta(int buckets, int maximumDistance) {
    int span = buckets > 0 ? buckets : maximumDistance;
    int middle = buckets / 2;
    return new RelativeBuckets(
        Math.max(maximumDistance, span),
        distance -> {
          int away = Math.abs(distance);
          long row = distance;
          if (buckets > 0 && away > middle) {
            double wider =
                Math.log((float) away / middle)
                    / Math.log((float) (maximumDistance - 1) / middle)
                    * (middle - 1);
            row = Integer.signum(distance) * ((long) Math.ceil((float) wider) + middle);
          }
          return Math.max(0, Math.min(2L * span - 1, row + span));
        });
  }

  /**
   * The bucket of each pair of positions.
   *
   * @param sequence a value whose axis 1 is the sequence
   * @return [sequence, sequence], queries by keys, INT64
   */
  public Value of(Value sequence) {
    Value positions = range(squeeze(shape(sequence, 1, 2), 0));
    return of(positions, positions);
  }

  /**
   * The bucket of each query and key.
   *
   * @param queries positions [queries], INT64
   * @param keys positions [keys], INT64
   * @return [queries, keys], INT64
   */
  public Value of(Value queries, Value keys) {
    Graph graph = queries.graph();
    Value distance = sub(unsqueeze(queries, 1), unsqueeze(keys, 0));
    Value index = add(clip(distance, -furthest, furthest), graph.longScalar(furthest));
    return gather(graph.constant(Literal.longs(table)), index, 0);
  }
}

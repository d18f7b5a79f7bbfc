package io.parlance.models.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RelativeBucketsTest {

  /** {@code 8 + 8 log(d / 8) / log 16} gives whole numbers for powers of two. */
  @Test
  void logarithmicBucketsOfT5() {
    long[] buckets = firstColumn(RelativeBuckets.bidirectional(32, 128), 300);
    for (int distance = 0; distance < 8; distance++) {
      assertThat(buckets[distance]).isEqualTo(distance);
    }
    assertThat(buckets[8]).isEqualTo(8);
    assertThat(buckets[15]).isEqualTo(9);
    assertThat(buckets[16]).isEqualTo(10);
    assertThat(buckets[31]).isEqualTo(11);
    assertThat(buckets[32]).isEqualTo(12);
    assertThat(buckets[64]).isEqualTo(14);
    assertThat(buckets[127]).isEqualTo(15);
    assertThat(buckets[299]).isEqualTo(15);
    long[] after = firstRow(RelativeBuckets.bidirectional(32, 128), 300);
    assertThat(after[0]).isZero();
    for (int distance = 1; distance < 300; distance++) {
      assertThat(after[distance]).isEqualTo(16 + buckets[distance]);
    }
  }

  /** Bucket {@code k} of the wider ones begins at {@code 16 * 8^((k - 16) / 16)}. */
  @Test
  void logarithmicBucketsOfDecodersOfT5() {
    RelativeBuckets decoder = RelativeBuckets.unidirectional(32, 128);
    long[] buckets = firstColumn(decoder, 300);
    for (int distance = 0; distance < 300; distance++) {
      int bucket = distance < 16 ? distance : 16;
      while (bucket >= 16 && bucket < 31 && distance >= 16 * Math.pow(8, (bucket - 15) / 16.0)) {
        bucket++;
      }
      assertThat(buckets[distance]).as("distance %d", distance).isEqualTo(bucket);
    }
    assertThat(firstRow(decoder, 300)).containsOnly(0); // what comes after is not seen
  }

  @Test
  void rowsOfDeberta() {
    RelativeBuckets buckets = RelativeBuckets.ofDeberta(256, 512);
    long[] before = firstColumn(buckets, 700);
    long[] after = firstRow(buckets, 700);
    for (int distance = 0; distance <= 128; distance++) {
      assertThat(before[distance]).isEqualTo(256 + distance);
      assertThat(after[distance]).isEqualTo(256 - distance);
    }
    assertThat(before[511]).isEqualTo(511);
    assertThat(after[511]).isEqualTo(1);
    assertThat(before[699]).isEqualTo(511);
    assertThat(after[699]).isZero();
    assertThat(before).isSorted();
  }

  @Test
  void rowsOfDebertaWithoutBuckets() {
    long[] before = firstColumn(RelativeBuckets.ofDeberta(0, 8), 12);
    assertThat(before).containsExactly(8, 9, 10, 11, 12, 13, 14, 15, 15, 15, 15, 15);
    long[] after = firstRow(RelativeBuckets.ofDeberta(0, 8), 12);
    assertThat(after).containsExactly(8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0);
  }

  /** Those of the first key, by query. */
  private static long[] firstColumn(RelativeBuckets buckets, int length) {
    long[] all = all(buckets, length);
    long[] column = new long[length];
    for (int i = 0; i < length; i++) {
      column[i] = all[i * length];
    }
    return column;
  }

  /** Those of the first query, by key. */
  private static long[] firstRow(RelativeBuckets buckets, int length) {
    return Arrays.copyOf(all(buckets, length), length);
  }

  private static long[] all(RelativeBuckets buckets, int length) {
    Graph graph = Graph.inference("buckets");
    Value ids = graph.input("ids", ElementType.INT64, Shape.of("batch", "sequence"));
    byte[] model =
        OnnxWriter.of(graph).outputs(Map.of("buckets", buckets.of(ids))).keepAllInputs().toBytes();
    try (Session session = Session.load(model, "buckets", SessionOptions.defaults());
        Tensor input = Tensor.of(new long[length], 1, length);
        Outputs outputs = session.run(Map.of("ids", input))) {
      assertThat(outputs.get("buckets").shape()).containsExactly(length, length);
      return outputs.get("buckets").toLongArray();
    }
  }
}

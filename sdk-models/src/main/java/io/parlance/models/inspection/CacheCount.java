package io.parlance.models.inspection;

import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Value;
import java.util.Map;

/** What a decoder remembers of one token, from the graph's inputs for it. */
record CacheCount(long elements, long bytes) {

  private static final int AXES = 4;

  static CacheCount of(Graph graph) {
    long elements = 0;
    long bytes = 0;
    for (Map.Entry<String, Value> input : graph.inputs().entrySet()) {
      Value value = input.getValue();
      // an encoder's keys and values are not those of the tokens that are written
      boolean remembers =
          input.getKey().startsWith("past") && !input.getKey().contains(".encoder.");
      if (remembers && value.isDescribed() && value.shape().rank() >= AXES) {
        long each =
            value.shape().dimensions().stream()
                .filter(Dimension::isFixed)
                .mapToLong(Dimension::size)
                .reduce(1, Math::multiplyExact);
        elements += each;
        bytes += each * value.type().bytes();
      }
    }
    return new CacheCount(elements, bytes);
  }
}

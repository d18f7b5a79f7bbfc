package io.parlance.models.nn;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;

/** A lookup table: row {@code id} of {@code weight} [entries, width] for each id. */
public final class Embedding {

  private Embedding() {}

  /** The table itself, for layers that share it. */
  public static Value table(Scope scope, long entries, long width, Initialization initialization) {
    return scope.parameter("weight", initialization, entries, width);
  }

  /**
   * Looks ids up.
   *
   * @param ids integers of any shape
   * @return [...ids, width]
   */
  public static Value apply(
      Scope scope, Value ids, long entries, long width, Initialization initialization) {
    long padding =
        initialization instanceof Initialization.PaddedNormal padded ? padded.zeroRow() : -1;
    return Operators.gatherRows(table(scope, entries, width, initialization), ids, padding);
  }
}

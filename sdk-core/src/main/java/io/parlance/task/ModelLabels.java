package io.parlance.task;

import io.parlance.ModelUnusableException;
import io.parlance.model.ModelConfig;
import io.parlance.runtime.TensorDescription;
import java.util.ArrayList;
import java.util.List;

/** The names of a graph's logits, in their order. Thread-safe. */
final class ModelLabels {
  private final Encoder encoder;
  private volatile List<String>
      labels; // empty until the first run where neither file nor graph tells their number

  /**
   * The labels that the configuration names.
   *
   * @param logits the output whose last dimension is that of the labels
   * @throws ModelUnusableException if the graph states another number
   */
  ModelLabels(Encoder encoder, TensorDescription logits) {
    this.encoder = encoder;
    labels = encoder.folder().config().labels();
    long width = logits.dimensions().get(logits.rank() - 1);
    if (width >= 0) {
      of(Math.toIntExact(width));
    }
  }

  /** All labels, none where their number is not known yet. */
  List<String> all() {
    return labels;
  }

  /**
   * The labels of this many logits.
   *
   * @throws ModelUnusableException if there are more or fewer
   */
  List<String> of(int width) {
    List<String> known = labels;
    if (width == 0) {
      throw new ModelUnusableException(encoder.folder() + ": the graph gives no logits at all");
    }
    if (known.isEmpty()) {
      List<String> numbered = new ArrayList<>();
      for (int i = 0; i < width; i++) {
        numbered.add(ModelConfig.defaultLabel(i));
      }
      known = List.copyOf(numbered);
      labels = known;
    }
    if (known.size() != width) {
      throw new ModelUnusableException(
          encoder.folder()
              + ": the graph gives "
              + width
              + " logits, but "
              + encoder.folder().config()
              + " names "
              + known.size()
              + " labels "
              + known
              + "; correct id2label, or take the graph that belongs to it");
    }
    return known;
  }
}

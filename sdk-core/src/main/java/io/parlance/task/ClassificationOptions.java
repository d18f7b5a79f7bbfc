package io.parlance.task;

import io.parlance.ScoreFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What classifications depend on besides model and text.
 *
 * @param topK how many labels are kept, or {@link #ALL}
 * @param function what makes scores, or null for the model's own
 * @param truncation how longer texts are cut
 * @param candidates the caller's own labels for zero-shot classification; none to use the model's
 * @param template what makes a hypothesis of a candidate, with {@code {}} in its place
 * @param multiLabel whether each candidate is judged by itself
 */
record ClassificationOptions(
    int topK,
    @Nullable ScoreFunction function,
    TruncationOptions truncation,
    List<String> candidates,
    String template,
    boolean multiLabel) {
  static final int ALL = 0;

  /** The template of the zero-shot classification pipeline of transformers. */
  static final String TEMPLATE = "This example is {}.";

  static final ClassificationOptions DEFAULT =
      new ClassificationOptions(ALL, null, TruncationOptions.DEFAULT, List.of(), TEMPLATE, false);

  ClassificationOptions withTopK(int value) {
    return new ClassificationOptions(value, function, truncation, candidates, template, multiLabel);
  }

  ClassificationOptions withFunction(ScoreFunction value) {
    return new ClassificationOptions(topK, value, truncation, candidates, template, multiLabel);
  }

  ClassificationOptions withTruncation(TruncationOptions value) {
    return new ClassificationOptions(topK, function, value, candidates, template, multiLabel);
  }

  ClassificationOptions withCandidates(List<String> value) {
    return new ClassificationOptions(
        topK, function, truncation, List.copyOf(value), template, multiLabel);
  }

  ClassificationOptions withTemplate(String value) {
    return new ClassificationOptions(topK, function, truncation, candidates, value, multiLabel);
  }

  ClassificationOptions withMultiLabel(boolean value) {
    return new ClassificationOptions(topK, function, truncation, candidates, template, value);
  }
}

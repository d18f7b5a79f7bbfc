package io.parlance.models.nn;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;

/**
 * The head of masked language modelling (Devlin et al. 2018, arXiv:1810.04805): {@code
 * LayerNorm(activation(dense(x)))} times the word embeddings, plus a bias for each token.
 *
 * @param names where its parameters are
 * @param width of the word embeddings
 * @param activation after the dense layer
 * @param epsilon of the normalization
 * @param weights how a new matrix begins
 */
public record VocabularyScores(
    Names names, long width, Activation activation, double epsilon, Initialization weights) {

  /**
   * Names of the parts, relative to the scope of the head.
   *
   * @param dense the dense layer
   * @param norm the normalization
   * @param bias the bias itself
   */
  public record Names(String dense, String norm, String bias) {}

  /**
   * Scores over the vocabulary.
   *
   * @param hidden [..., hidden]
   * @param table word embeddings [vocabulary, width]
   * @return [..., vocabulary]
   */
  public Value apply(Scope scope, Value hidden, Value table) {
    return scores(scope, represent(scope, hidden), table);
  }

  /** What is compared with the word embeddings: [..., width]. */
  public Value represent(Scope scope, Value hidden) {
    Value activated =
        scope.in(names.dense, s -> activation.apply(Linear.apply(s, hidden, width, weights)));
    return scope.in(names.norm, s -> LayerNorm.apply(s, activated, epsilon));
  }

  /** The scores of what {@link #represent} gave. */
  public Value scores(Scope scope, Value represented, Value table) {
    Value bias = scope.parameter(names.bias, Initialization.ZEROS, table.shape().get(0).size());
    return Linear.apply(represented, table, bias);
  }
}

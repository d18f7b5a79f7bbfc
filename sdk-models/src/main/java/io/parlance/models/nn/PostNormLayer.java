package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;

/**
 * A transformer layer that normalizes after each residual sum (Vaswani et al. 2017,
 * arXiv:1706.03762): {@code y = LayerNorm(x + dropout(attention(x)))}, then {@code LayerNorm(y +
 * dropout(W2 activation(W1 y)))}.
 *
 * @param names where its parameters are
 * @param hidden width of the states
 * @param heads attention heads
 * @param intermediate width of the feed-forward layer
 * @param activation of the feed-forward layer
 * @param attentionDropout probability on the attention weights; for the {@link AttentionFunction}
 * @param activationDropout probability after the activation
 * @param attentionOutputDropout probability on what attention adds to the residual
 * @param feedForwardDropout probability on what the feed-forward layer adds to the residual
 * @param epsilon of both normalizations
 * @param weights how new matrices begin
 */
public record PostNormLayer(
    Names names,
    long hidden,
    long heads,
    long intermediate,
    Activation activation,
    double attentionDropout,
    double activationDropout,
    double attentionOutputDropout,
    double feedForwardDropout,
    double epsilon,
    Initialization weights) {

  /**
   * Names of the parts of a layer, relative to its scope.
   *
   * @param query projection of the queries
   * @param key projection of the keys
   * @param value projection of the values
   * @param attentionOutput projection of what the heads found
   * @param attentionNorm normalization after attention
   * @param feedForwardIn first matrix of the feed-forward layer
   * @param feedForwardOut second matrix of the feed-forward layer
   * @param outputNorm normalization after the feed-forward layer
   */
  public record Names(
      String query,
      String key,
      String value,
      String attentionOutput,
      String attentionNorm,
      String feedForwardIn,
      String feedForwardOut,
      String outputNorm) {

    /** As BERT and its nearest relatives name them. */
    public static final Names BERT =
        new Names(
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
            "attention.output.LayerNorm",
            "intermediate.dense",
            "output.dense",
            "output.LayerNorm");
  }

  /** What attention makes of the projected states. */
  @FunctionalInterface
  public interface AttentionFunction {
    /**
     * Mixes the values.
     *
     * @param query [batch, heads, queries, width]
     * @param key [batch, heads, keys, width]
     * @param value [batch, heads, keys, width]
     * @return [batch, heads, queries, width]
     */
    Value apply(Value query, Value key, Value value);
  }

  /** The same layer with these probabilities on what is added to the residuals. */
  public PostNormLayer residualDropout(double attentionOutput, double feedForward) {
    return new PostNormLayer(
        names,
        hidden,
        heads,
        intermediate,
        activation,
        attentionDropout,
        activationDropout,
        attentionOutput,
        feedForward,
        epsilon,
        weights);
  }

  /** The same layer with this probability after the activation. */
  public PostNormLayer activationDropout(double probability) {
    return new PostNormLayer(
        names,
        hidden,
        heads,
        intermediate,
        activation,
        attentionDropout,
        probability,
        attentionOutputDropout,
        feedForwardDropout,
        epsilon,
        weights);
  }

  /**
   * Writes the layer.
   *
   * @param queries the positions whose output is wanted [batch, queries, hidden]
   * @param keys all positions [batch, keys, hidden]
   * @return [batch, queries, hidden]
   */
  public Value apply(Scope scope, Value queries, Value keys, AttentionFunction attention) {
    Value q = Attention.splitHeads(project(scope, names.query, queries), heads);
    Value k = Attention.splitHeads(project(scope, names.key, keys), heads);
    Value v = Attention.splitHeads(project(scope, names.value, keys), heads);
    Value context = Attention.mergeHeads(attention.apply(q, k, v));
    Value projected = project(scope, names.attentionOutput, context);
    Value attended =
        normalized(
            scope,
            names.attentionNorm,
            add(Dropout.apply(projected, attentionOutputDropout), queries));
    return feedForward(scope, attended);
  }

  /** The second half of the layer, with its residual. */
  public Value feedForward(Scope scope, Value x) {
    Value inner =
        scope.in(
            names.feedForwardIn, s -> activation.apply(Linear.apply(s, x, intermediate, weights)));
    Value kept = Dropout.apply(inner, activationDropout);
    Value outer = Dropout.apply(project(scope, names.feedForwardOut, kept), feedForwardDropout);
    return normalized(scope, names.outputNorm, add(outer, x));
  }

  private Value project(Scope scope, String name, Value x) {
    return scope.in(name, s -> Linear.apply(s, x, hidden, weights));
  }

  private Value normalized(Scope scope, String name, Value x) {
    return scope.in(name, s -> LayerNorm.apply(s, x, epsilon));
  }
}

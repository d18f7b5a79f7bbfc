package io.parlance.models.architecture;

import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.RmsNorm;
import io.parlance.models.nn.RotaryEmbedding;

/**
 * The layers of LLaMA, which its relatives change in few points: root mean square norms, rotated
 * queries and keys, a gated feed-forward layer.
 */
interface LlamaDecoder extends RotaryDecoder {

  /** The sizes. */
  RotaryDecoderConfig common();

  /** How the attention of a layer scores. */
  default CausalAttention scores(int layer) {
    return common().scores();
  }

  /** Whether the projections of queries, keys and values have biases. */
  default boolean attentionBias() {
    return false;
  }

  /** Whether attention's last projection has a bias. */
  default boolean outputBias() {
    return false;
  }

  /** Whether the feed-forward layer has biases. */
  default boolean feedForwardBias() {
    return false;
  }

  @Override
  default RotaryEmbedding rotary() {
    return common().rotary().embedding(common().width());
  }

  @Override
  default Value norm(Scope scope, Value x) {
    return RmsNorm.apply(scope, x, common().normEpsilon());
  }

  @Override
  default Value attention(Scope scope, int layer, Value x, Call call) {
    return common()
        .attention(scores(layer), attentionBias(), outputBias())
        .apply(scope, x, call.rotary(), call.rotation(), call.sequence());
  }

  @Override
  default Value feedForward(Scope scope, int layer, Value x, Call call) {
    return scope.in("mlp", s -> gated(s, x, common().intermediateSize()));
  }

  /** A gated feed-forward layer of this width: {@code gate_proj up_proj down_proj}. */
  default Value gated(Scope scope, Value x, long width) {
    return gate(width).applyGated(scope, x, "gate_proj", "up_proj", "down_proj", feedForwardBias());
  }

  /** What a gated feed-forward layer of this width is made of. */
  default FeedForward gate(long width) {
    return new FeedForward(width, Activation.named(common().activation()), weights());
  }
}

package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.mul;

import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.RotaryEmbedding;
import java.util.ArrayList;
import java.util.List;

/**
 * The stack of LLaMA and its relatives: embeddings, layers that know positions by rotation, a norm.
 * Families say what is in a layer.
 */
interface RotaryDecoder extends Decoder {

  /** What layers of one call share. */
  record Call(
      RotaryEmbedding rotary,
      RotaryEmbedding.Rotation rotation,
      CausalSequence sequence,
      List<Value> routerLogits) {}

  RotaryEmbedding rotary();

  /** What the embeddings are multiplied with. */
  default double embeddingScale() {
    return 1;
  }

  /** Dropout on the embeddings. */
  default double embeddingDropout() {
    return 0;
  }

  /** The name of the norm after the last layer. */
  default String finalNorm() {
    return "norm";
  }

  /** Normalizes the last axis. */
  Value norm(Scope scope, Value x);

  /** The attention of a layer; its module is {@code scope}. */
  Value attention(Scope scope, int layer, Value x, Call call);

  /** What follows the attention of a layer, with its module, such as {@code mlp}. */
  Value feedForward(Scope layerScope, int layer, Value x, Call call);

  /** One layer: attention and feed-forward, each on the normalized stream and added to it. */
  default Value layer(Scope scope, int layer, Value x, Call call) {
    Value first = scope.in("input_layernorm", s -> norm(s, x));
    Value attended = add(x, scope.in("self_attn", s -> attention(s, layer, first, call)));
    Value second = scope.in("post_attention_layernorm", s -> norm(s, attended));
    return add(attended, feedForward(scope, layer, second, call));
  }

  @Override
  default States hiddenStates(Scope scope, CausalSequence sequence) {
    Value words = words(scope, sequence);
    Value hidden =
        Dropout.apply(
            embeddingScale() == 1 ? words : mul(words, embeddingScale()), embeddingDropout());
    RotaryEmbedding rotary = rotary();
    Call call =
        new Call(rotary, rotary.rotation(sequence.positions()), sequence, new ArrayList<>());
    for (int i = 0; i < description().cache().layers(); i++) {
      Value x = hidden;
      int layer = i;
      hidden = scope.in("layers", i, s -> layer(s, layer, x, call));
    }
    Value last = hidden;
    return new States(scope.in(finalNorm(), s -> norm(s, last)), call.routerLogits());
  }
}

package io.parlance.models.architecture;

import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.PostNormLayer;
import io.parlance.models.nn.TextEmbeddings;
import org.jspecify.annotations.Nullable;

/**
 * The body that BERT shares with its nearest relatives: embeddings of words, positions and
 * segments, brought to the width of the layers where they are narrower, then post-norm transformer
 * layers.
 *
 * @param encoder whose body it is
 * @param embeddings at the bottom
 * @param positions how attention knows where tokens are
 * @param decoder whether tokens see only those before them
 * @param sharedEmbeddings where the embeddings are, if they are another model's
 */
record BertBody(
    Encoder encoder,
    TextEmbeddings embeddings,
    PositionEmbedding positions,
    boolean decoder,
    @Nullable String sharedEmbeddings) {

  /** Buffers of relative positions: the reference makes the table that it then does not use. */
  static final String UNUSED_POSITIONS = "(.*\\.)?embeddings\\.position_embeddings\\.weight";

  Value encode(Scope body, TokenInputs tokens, boolean firstOnly) {
    EncoderSettings settings = encoder.settings;
    TextEmbeddings used =
        positions == PositionEmbedding.ABSOLUTE ? embeddings : embeddings.withoutPositions();
    Scope tables =
        new Scope(
            body.graph(), sharedEmbeddings == null ? body.name("embeddings") : sharedEmbeddings);
    Value embedded = used.apply(tables, tokens.ids(), tokens.tokenTypes(), tokens.positions());
    Value states =
        embeddings.width() == settings.hiddenSize()
            ? embedded
            : encoder.linear(body, "embeddings_project", embedded, settings.hiddenSize());
    PostNormLayer layer = settings.layer(PostNormLayer.Names.BERT);
    return body.in(
        "encoder",
        stack ->
            encoder.layers(
                states,
                attentionBias(tokens),
                firstOnly,
                (i, queries, keys, bias) ->
                    stack.in(
                        "layer",
                        i,
                        s -> {
                          Scope distances =
                              new Scope(s.graph(), s.name("attention.self.distance_embedding"));
                          return layer.apply(
                              s, queries, keys, encoder.attention(positions, distances, bias));
                        })));
  }

  private @Nullable Value attentionBias(TokenInputs tokens) {
    Value mask = tokens.attentionMask();
    if (decoder && (mask == null || mask.shape().rank() == 2)) {
      return mask == null ? Attention.causalBias(tokens.ids()) : Attention.causalPaddingBias(mask);
    }
    return mask == null ? null : Attention.paddingBias(mask);
  }
}

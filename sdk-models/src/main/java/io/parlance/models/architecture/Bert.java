package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.gatherRows;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.tanh;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.Positions;
import org.jspecify.annotations.Nullable;

/**
 * BERT (Devlin et al. 2018, arXiv:1810.04805): embeddings of words, positions and segments, then
 * post-norm transformer layers. Parameter names are those of {@code transformers}' BertModel. The
 * heads are in {@link BertHead}.
 */
final class Bert {

  private final BertConfig config;
  private final Initialization weights;

  Bert(BertConfig config) {
    this.config = config;
    this.weights = new Initialization.Normal(config.initializerRange());
  }

  /**
   * The hidden states after the last layer.
   *
   * @param inputs {@code input_ids} [batch, sequence]; optional {@code attention_mask}, {@code
   *     token_type_ids}, {@code position_ids}
   * @param firstOnly whether only the state of the first token is wanted; spares most of the last
   *     layer
   * @return [batch, sequence, hidden], or [batch, 1, hidden]
   */
  Value encode(Scope scope, Sequence inputs, boolean firstOnly) {
    Value hidden = scope.in("embeddings", s -> embeddings(s, inputs));
    Value bias = attentionBias(inputs);
    return scope.in("encoder", s -> layers(s, hidden, bias, firstOnly));
  }

  /** The token inputs of one encoder call, each [batch, sequence]. */
  record Sequence(
      Value ids,
      @Nullable Value attentionMask,
      @Nullable Value tokenTypes,
      @Nullable Value positions) {

    static Sequence of(Inputs inputs) {
      return new Sequence(
          inputs.get("input_ids"),
          inputs.find("attention_mask"),
          inputs.find("token_type_ids"),
          inputs.find("position_ids"));
    }

    /** Choices [batch, choices, sequence] side by side as [batch * choices, sequence]. */
    Sequence flattened() {
      return new Sequence(
          flat(ids), flatten(attentionMask), flatten(tokenTypes), flatten(positions));
    }

    private static @Nullable Value flatten(@Nullable Value value) {
      return value == null ? null : flat(value);
    }

    private static Value flat(Value value) {
      if (!value.shape().get(-1).isFixed()) {
        return reshape(value, sizes(value.graph(), -1, shape(value, 2, 3)));
      }
      return reshape(value, -1, value.shape().get(-1).size());
    }
  }

  private Value embeddings(Scope scope, Sequence inputs) {
    long hidden = config.hiddenSize();
    Initialization padded =
        new Initialization.PaddedNormal(config.initializerRange(), config.padTokenId());
    Value words =
        scope.in(
            "word_embeddings",
            s -> Embedding.apply(s, inputs.ids(), config.vocabularySize(), hidden, padded));
    Value positionIds =
        inputs.positions() != null ? inputs.positions() : Positions.ascending(inputs.ids());
    Value positions =
        scope.in(
            "position_embeddings",
            s -> Embedding.apply(s, positionIds, config.maxPositionEmbeddings(), hidden, weights));
    Value segments = scope.in("token_type_embeddings", s -> segments(s, inputs.tokenTypes()));
    Value sum = add(add(words, segments), positions); // [batch, sequence, hidden]
    Value normalized =
        scope.in("LayerNorm", s -> LayerNorm.apply(s, sum, config.layerNormEpsilon()));
    return Dropout.apply(normalized, config.hiddenDropout());
  }

  private Value segments(Scope scope, @Nullable Value tokenTypes) {
    Value table = Embedding.table(scope, config.typeVocabularySize(), config.hiddenSize(), weights);
    // Without segment ids every token is of segment 0.
    return tokenTypes == null ? slice(table, 0, 0, 1) : gatherRows(table, tokenTypes, -1);
  }

  private @Nullable Value attentionBias(Sequence inputs) {
    Value mask = inputs.attentionMask();
    if (config.decoder()) {
      return mask == null ? Attention.causalBias(inputs.ids()) : Attention.causalPaddingBias(mask);
    }
    return mask == null ? null : Attention.paddingBias(mask);
  }

  private Value layers(Scope scope, Value embedded, @Nullable Value bias, boolean firstOnly) {
    Value hidden = embedded;
    for (int i = 0; i < config.hiddenLayers(); i++) {
      Value keys = hidden;
      boolean first = firstOnly && i == config.hiddenLayers() - 1;
      hidden = scope.in("layer", i, s -> layer(s, first ? firstToken(keys) : keys, keys, bias));
    }
    return firstOnly && config.hiddenLayers() == 0 ? firstToken(hidden) : hidden;
  }

  private static Value firstToken(Value hidden) {
    return slice(hidden, 1, 0, 1);
  }

  /**
   * One layer; {@code queries} are the positions whose output is wanted, {@code keys} all of them.
   */
  private Value layer(Scope scope, Value queries, Value keys, @Nullable Value bias) {
    Value attended = scope.in("attention", s -> attention(s, queries, keys, bias));
    Value inner =
        scope.in(
            "intermediate",
            s ->
                s.in(
                    "dense",
                    d ->
                        config
                            .activation()
                            .apply(Linear.apply(d, attended, config.intermediateSize(), weights))));
    return scope.in("output", s -> residual(s, inner, attended));
  }

  private Value attention(Scope scope, Value queries, Value keys, @Nullable Value bias) {
    long heads = config.attentionHeads();
    Value context =
        scope.in(
            "self",
            s -> {
              Value q = Attention.splitHeads(project(s, "query", queries), heads);
              Value k = Attention.splitHeads(project(s, "key", keys), heads);
              Value v = Attention.splitHeads(project(s, "value", keys), heads);
              return Attention.mergeHeads(
                  Attention.scaledDotProduct(q, k, v, bias, config.attentionDropout()));
            });
    return scope.in("output", s -> residual(s, context, queries));
  }

  private Value project(Scope scope, String name, Value x) {
    return scope.in(name, s -> Linear.apply(s, x, config.hiddenSize(), weights));
  }

  /** {@code LayerNorm(dropout(dense(x)) + residual)}. */
  private Value residual(Scope scope, Value x, Value residual) {
    Value projected = scope.in("dense", s -> Linear.apply(s, x, config.hiddenSize(), weights));
    Value sum = add(Dropout.apply(projected, config.hiddenDropout()), residual);
    return scope.in("LayerNorm", s -> LayerNorm.apply(s, sum, config.layerNormEpsilon()));
  }

  /** {@code tanh(dense(first token))}: [batch, hidden]. */
  Value pooler(Scope scope, Value hidden) {
    Value first = squeeze(slice(hidden, 1, 0, 1), 1);
    return scope.in(
        "pooler",
        s -> s.in("dense", d -> tanh(Linear.apply(d, first, config.hiddenSize(), weights))));
  }

  /**
   * The masked language modelling head with the decoder tied to the word embeddings.
   *
   * @param scope {@code cls.predictions}
   * @param base the scope of the body, which holds the embeddings
   * @param hidden [..., hidden]
   * @return [..., vocabulary]
   */
  Value predictions(Scope scope, Scope base, Value hidden) {
    Value transformed =
        scope.in(
            "transform",
            s -> {
              Value dense =
                  s.in("dense", d -> Linear.apply(d, hidden, config.hiddenSize(), weights));
              Value activated = config.activation().apply(dense);
              return s.in(
                  "LayerNorm", n -> LayerNorm.apply(n, activated, config.layerNormEpsilon()));
            });
    Value bias = scope.parameter("bias", Initialization.ZEROS, config.vocabularySize());
    Value decoder =
        config.tieWordEmbeddings()
            ? base.in("embeddings", e -> e.in("word_embeddings", this::wordTable))
            : scope.in("decoder", this::wordTable);
    return Linear.apply(transformed, decoder, bias);
  }

  private Value wordTable(Scope scope) {
    return Embedding.table(
        scope,
        config.vocabularySize(),
        config.hiddenSize(),
        new Initialization.PaddedNormal(config.initializerRange(), config.padTokenId()));
  }

  /** A final linear layer with the dropout that goes before it. */
  Value classifier(Scope scope, String name, Value x, long outputs) {
    return linear(scope, name, Dropout.apply(x, config.classifierDropout()), outputs);
  }

  /** A final linear layer without dropout. */
  Value linear(Scope scope, String name, Value x, long outputs) {
    return scope.in(name, s -> Linear.apply(s, x, outputs, weights));
  }

  /** Rows of flattened hidden states: [positions, hidden]. */
  Value rows(Value hidden, Value positions) {
    return gather(reshape(hidden, -1, config.hiddenSize()), positions, 0);
  }
}

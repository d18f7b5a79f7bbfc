package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.gatherRows;
import static io.parlance.models.graph.Operators.mul;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.EncodedSequence;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.MultiHeadAttention;
import io.parlance.models.nn.Positions;
import io.parlance.models.nn.Residual;
import io.parlance.models.nn.SinusoidalPositions;
import io.parlance.models.weights.WeightNames;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The layers of BART (Lewis et al. 2019, arXiv:1910.13461) and its relatives, which are those of
 * the original transformer. Parameter names are those of {@code transformers}' BartModel.
 *
 * @param family what tells it from its relatives
 * @param settings the sizes
 * @param decoderVocabularySize number of tokens of the decoder
 * @param sharedEmbeddings whether encoder and decoder have one table of embeddings
 * @param more writes the keys of {@code config.json} that only this family has
 */
record Bart(
    BartFamily family,
    BartSettings settings,
    long decoderVocabularySize,
    boolean sharedEmbeddings,
    JsonObject more)
    implements EncoderDecoder {

  private static final String BODY = "model";
  private static final double NORM_EPSILON = 1e-5;

  /** The first rows of the position table, which no token takes. */
  private static final int POSITION_OFFSET = 2;

  /** With one vocabulary, and no keys of its own. */
  Bart(BartFamily family, BartSettings settings) {
    this(family, settings, settings.vocabularySize(), true, new JsonObject());
  }

  @Override
  public EncoderDecoderDescription description() {
    Map<Head, String> bodies = new EnumMap<>(Head.class);
    family.architectures().keySet().stream()
        .filter(head -> head != Head.BODY)
        .forEach(head -> bodies.put(head, BODY));
    return new EncoderDecoderDescription(
        family.modelType(),
        family.architectures(),
        bodies,
        weightNames(),
        settings.hiddenSize(),
        new DecoderDescription.CacheSize(
            settings.decoderLayers(),
            settings.decoderHeads(),
            settings.hiddenSize() / settings.decoderHeads()),
        OptionalLong.of(settings.positions()),
        settings.tokens(),
        family.firstFromLast(),
        weights(),
        settings.labels());
  }

  private WeightNames weightNames() {
    WeightNames names =
        WeightNames.of(BODY + ".")
            .optional("lm_head")
            .ignore("(model\\.)?(encoder|decoder)\\.version");
    if (family.positions() != BartFamily.Positions.LEARNED) {
      names = names.ignore("(model\\.)?(encoder|decoder)\\.embed_positions\\.weights?");
    }
    if (sharedEmbeddings) {
      names =
          names
              .alias(BODY + ".encoder.embed_tokens.weight", BODY + ".shared.weight")
              .alias(BODY + ".decoder.embed_tokens.weight", BODY + ".shared.weight");
    }
    return settings.tieWordEmbeddings()
        ? names.alias(
            "lm_head.weight",
            BODY + (sharedEmbeddings ? ".shared.weight" : ".decoder.embed_tokens.weight"))
        : names;
  }

  @Override
  public void write(JsonObject json) {
    settings.write(json);
    more.asMap().forEach(json::add);
  }

  @Override
  public Value encode(Scope body, Value ids, @Nullable Value mask) {
    Value words = words(table(body, "encoder", settings.vocabularySize()), ids);
    Residual residual = residual();
    MultiHeadAttention attention = attention(settings.encoderHeads());
    return body.in(
        "encoder",
        stack -> {
          Value positions =
              family.positions() == BartFamily.Positions.SINUSOIDAL_WITHOUT_PADDING
                  ? Positions.afterPadding(ids, padding(), padding())
                  : Positions.ascending(ids);
          Value bias = mask == null ? null : Attention.paddingBias(mask);
          Value hidden = embed(stack, words, positions);
          for (int i = 0; i < settings.encoderLayers(); i++) {
            Value x = hidden;
            hidden =
                stack.in(
                    "layers",
                    i,
                    layer -> {
                      Value attended =
                          residual.apply(
                              layer,
                              "self_attn_layer_norm",
                              x,
                              y -> layer.in("self_attn", s -> attention.apply(s, y, bias)));
                      return feedForward(layer, attended, settings.encoderFeedForwardSize());
                    });
          }
          return last(stack, hidden);
        });
  }

  @Override
  public Value decode(Scope body, CausalSequence target, EncodedSequence source) {
    Value words = words(table(body, "decoder", decoderVocabularySize), target.ids());
    return body.in(
        "decoder",
        stack -> {
          Value positions =
              family.positions() == BartFamily.Positions.SINUSOIDAL_WITHOUT_PADDING
                  ? target.positionsAfterPadding(padding())
                  : target.positions();
          Value hidden = embed(stack, words, positions);
          for (int i = 0; i < settings.decoderLayers(); i++) {
            Value x = hidden;
            hidden = stack.in("layers", i, layer -> decoderLayer(layer, x, target, source));
          }
          return last(stack, hidden);
        });
  }

  private Value decoderLayer(Scope layer, Value x, CausalSequence target, EncodedSequence source) {
    Residual residual = residual();
    MultiHeadAttention attention = attention(settings.decoderHeads());
    Value own =
        residual.apply(
            layer,
            "self_attn_layer_norm",
            x,
            y -> layer.in("self_attn", s -> attention.causal(s, y, target, null)));
    Value both =
        residual.apply(
            layer,
            "encoder_attn_layer_norm",
            own,
            y -> layer.in("encoder_attn", s -> attention.cross(s, y, source)));
    return feedForward(layer, both, settings.decoderFeedForwardSize());
  }

  private Value feedForward(Scope layer, Value x, long width) {
    FeedForward function =
        new FeedForward(
            width,
            Activation.named(settings.activation()),
            weights(),
            weights(),
            settings.activationDropout());
    return residual()
        .apply(layer, "final_layer_norm", x, y -> function.apply(layer, y, "fc1", "fc2", true));
  }

  private Residual residual() {
    return new Residual(family.normFirst(), NORM_EPSILON, settings.dropout());
  }

  private MultiHeadAttention attention(int heads) {
    long width = settings.hiddenSize() / heads;
    return new MultiHeadAttention(
        heads,
        width,
        new MultiHeadAttention.Projection("q_proj", weights()),
        new MultiHeadAttention.Projection("k_proj", weights()),
        new MultiHeadAttention.Projection("v_proj", weights()),
        new MultiHeadAttention.Projection("out_proj", weights()),
        true,
        CausalAttention.scaled(width, settings.attentionDropout()));
  }

  private Value words(Value table, Value ids) {
    Value words = gatherRows(table, ids, settings.tokens().special().paddingRow());
    return settings.scaleEmbeddings() ? mul(words, Math.sqrt(settings.hiddenSize())) : words;
  }

  /** The embeddings of one side. */
  private Value table(Scope body, String side, long tokens) {
    int padding = settings.tokens().special().paddingRow();
    Initialization initialization =
        padding < 0
            ? weights()
            : new Initialization.PaddedNormal(settings.initializerRange(), padding);
    return body.in(
        sharedEmbeddings ? "shared" : side + ".embed_tokens",
        s -> Embedding.table(s, tokens, settings.hiddenSize(), initialization));
  }

  private Value embed(Scope stack, Value words, Value positions) {
    Value sum = add(words, vectors(stack, positions));
    Value normed =
        family.normEmbeddings()
            ? stack.in("layernorm_embedding", s -> LayerNorm.apply(s, sum, NORM_EPSILON))
            : sum;
    return Dropout.apply(normed, settings.dropout());
  }

  /** The vectors of positions. */
  private Value vectors(Scope stack, Value positions) {
    int width = Math.toIntExact(settings.hiddenSize());
    return switch (family.positions()) {
      case LEARNED ->
          stack.in(
              "embed_positions",
              s -> {
                Graph graph = s.graph();
                Value rows = add(positions, graph.longScalar(POSITION_OFFSET));
                return Embedding.apply(
                    s,
                    rows,
                    settings.positions() + POSITION_OFFSET,
                    settings.hiddenSize(),
                    weights());
              });
      case SINUSOIDAL -> SinusoidalPositions.ofPaper(settings.positions(), width).of(positions);
      case SINUSOIDAL_WITHOUT_PADDING ->
          SinusoidalPositions.ofTensor2Tensor(
                  settings.positions() + padding() + 1, width, padding())
              .of(positions);
    };
  }

  private int padding() {
    return Math.toIntExact(settings.tokens().padding());
  }

  private Value last(Scope stack, Value hidden) {
    return family.normFirst()
        ? stack.in("layer_norm", s -> LayerNorm.apply(s, hidden, NORM_EPSILON))
        : hidden;
  }

  @Override
  public Value logits(Scope root, Scope body, Value hidden) {
    Value scores =
        settings.tieWordEmbeddings()
            ? Linear.apply(hidden, table(body, "decoder", decoderVocabularySize), null)
            : root.in(
                "lm_head", s -> Linear.withoutBias(s, hidden, decoderVocabularySize, weights()));
    return family.scoresBiased()
        ? add(
            scores,
            root.buffer("final_logits_bias", Initialization.ZEROS, 1, decoderVocabularySize))
        : scores;
  }

  @Override
  public Value classify(Scope root, Value pooled, long classes) {
    return EncoderDecoderHeads.classificationHead(
        root, pooled, classes, settings.classifierDropout(), weights());
  }

  private Initialization weights() {
    return new Initialization.Normal(settings.initializerRange());
  }
}

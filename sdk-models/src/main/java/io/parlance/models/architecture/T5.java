package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.transpose;
import static io.parlance.models.graph.Operators.unsqueeze;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.EncodedSequence;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.MultiHeadAttention;
import io.parlance.models.nn.RelativeBuckets;
import io.parlance.models.nn.RmsNorm;
import io.parlance.models.weights.WeightNames;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * T5 (Raffel et al. 2019, arXiv:1910.10683): no biases, root mean square norms before each
 * sublayer, scores that are not scaled but get a learned bias for each distance, which all layers
 * share; in UMT5 (Chung et al. 2023, arXiv:2304.09151) each layer has its own. Parameter names are
 * those of {@code transformers}' T5Model.
 */
record T5(T5Config config) implements EncoderDecoder {

  /** The classes that are built for a {@code model_type}. */
  static Map<Head, String> architectures(String type) {
    Map<Head, String> classes = new EnumMap<>(Head.class);
    for (Head head :
        List.of(
            Head.BODY,
            Head.ENCODER,
            Head.CONDITIONAL_GENERATION,
            Head.SEQUENCE_CLASSIFICATION,
            Head.TOKEN_CLASSIFICATION,
            Head.QUESTION_ANSWERING)) {
      classes.put(head, type.toUpperCase(Locale.ROOT) + head.suffix());
    }
    return classes;
  }

  @Override
  public EncoderDecoderDescription description() {
    OptionalInt start = config.decoderStart();
    return new EncoderDecoderDescription(
        config.modelType(),
        architectures(config.modelType()),
        Map.of(
            Head.SEQUENCE_CLASSIFICATION, "transformer", Head.TOKEN_CLASSIFICATION, "transformer"),
        weightNames(),
        config.hiddenSize(),
        new DecoderDescription.CacheSize(
            config.decoderLayers(), config.heads(), config.headWidth()),
        OptionalLong.empty(),
        new GenerationTokens(
            config.tokens(),
            start.isPresent() ? start : config.tokens().padding(),
            OptionalInt.empty(),
            OptionalInt.empty()),
        false,
        normal(config.hiddenSize()),
        config.labels());
  }

  private WeightNames weightNames() {
    WeightNames names =
        WeightNames.of("transformer.")
            .alias("encoder.embed_tokens.weight", "shared.weight")
            .alias("decoder.embed_tokens.weight", "shared.weight")
            .optional("lm_head")
            // early checkpoints have one that nothing reads
            .ignore(
                "decoder\\.block\\.0\\.layer\\.1\\.EncDecAttention\\.relative_attention_bias.*");
    return config.tieWordEmbeddings() ? names.alias("lm_head.weight", "shared.weight") : names;
  }

  @Override
  public void write(JsonObject json) {
    config.write(json);
  }

  @Override
  public Value encode(Scope body, Value ids, @Nullable Value mask) {
    Value words = gather(body.in("shared", this::table), ids, 0);
    return body.in(
        "encoder",
        stack -> {
          Value buckets =
              RelativeBuckets.bidirectional(config.buckets(), config.maximumDistance()).of(words);
          List<Value> biases =
              biases(
                  stack,
                  config.encoderLayers(),
                  buckets,
                  mask == null ? null : Attention.paddingBias(mask));
          Value hidden = dropout(words);
          for (int i = 0; i < config.encoderLayers(); i++) {
            Value x = hidden;
            Value bias = biases.get(i);
            hidden = stack.in("block", i, block -> encoderLayer(block, x, bias));
          }
          return last(stack, hidden);
        });
  }

  private Value encoderLayer(Scope block, Value x, Value bias) {
    Value attended =
        sublayer(block, 0, x, (s, y) -> s.in("SelfAttention", a -> attention().apply(a, y, bias)));
    return sublayer(block, 1, attended, this::feedForward);
  }

  @Override
  public Value decode(Scope body, CausalSequence target, EncodedSequence source) {
    Value words = gather(body.in("shared", this::table), target.ids(), 0);
    return body.in(
        "decoder",
        stack -> {
          Value buckets =
              RelativeBuckets.unidirectional(config.buckets(), config.maximumDistance())
                  .of(target.queryIndexes(), target.keyIndexes());
          List<Value> biases = biases(stack, config.decoderLayers(), buckets, target.bias(0));
          Value hidden = dropout(words);
          for (int i = 0; i < config.decoderLayers(); i++) {
            Value x = hidden;
            Value bias = biases.get(i);
            hidden = stack.in("block", i, block -> decoderLayer(block, x, target, bias, source));
          }
          return last(stack, hidden);
        });
  }

  private Value decoderLayer(
      Scope block, Value x, CausalSequence target, Value bias, EncodedSequence source) {
    Value own =
        sublayer(
            block,
            0,
            x,
            (s, y) -> s.in("SelfAttention", a -> attention().causal(a, y, target, bias)));
    Value both =
        sublayer(
            block, 1, own, (s, y) -> s.in("EncDecAttention", a -> attention().cross(a, y, source)));
    return sublayer(block, 2, both, this::feedForward);
  }

  private interface Sublayer {
    Value apply(Scope scope, Value x);
  }

  /** {@code x + dropout(f(norm(x)))}. */
  private Value sublayer(Scope block, int index, Value x, Sublayer function) {
    return block.in(
        "layer",
        index,
        s -> {
          Value normed = s.in("layer_norm", n -> norm(n, x));
          return add(x, dropout(function.apply(s, normed)));
        });
  }

  private Value feedForward(Scope scope, Value x) {
    FeedForward layer =
        new FeedForward(
            config.feedForwardSize(),
            config.activation(),
            normal(config.hiddenSize()),
            normal(config.feedForwardSize()),
            config.dropout());
    return scope.in(
        "DenseReluDense",
        s ->
            config.gated()
                ? layer.applyGated(s, x, "wi_0", "wi_1", "wo", false)
                : layer.apply(s, x, "wi", "wo", false));
  }

  private MultiHeadAttention attention() {
    Initialization states = normal(config.hiddenSize());
    return new MultiHeadAttention(
        config.heads(),
        config.headWidth(),
        new MultiHeadAttention.Projection("q", normal(config.hiddenSize() * config.headWidth())),
        new MultiHeadAttention.Projection("k", states),
        new MultiHeadAttention.Projection("v", states),
        new MultiHeadAttention.Projection("o", normal(config.heads() * config.headWidth())),
        false,
        new CausalAttention(1, 0, 0, config.dropout()));
  }

  /**
   * What each layer adds to the scores of queries and keys: learned by distance, and what hides
   * padding and the future.
   *
   * @param buckets of the distances [queries, keys]
   * @return for each layer [batch or 1, heads, queries, keys]
   */
  private List<Value> biases(Scope stack, int layers, Value buckets, @Nullable Value mask) {
    List<Value> biases = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      if (i > 0 && !config.distancesOfEachLayer()) {
        biases.add(biases.get(0));
        continue;
      }
      Value table =
          stack.in(
              "block." + i + ".layer.0.SelfAttention.relative_attention_bias",
              s ->
                  Embedding.table(
                      s, config.buckets(), config.heads(), normal(config.hiddenSize())));
      Value distances = unsqueeze(transpose(gather(table, buckets, 0), 2, 0, 1), 0);
      biases.add(mask == null ? distances : add(distances, mask));
    }
    return biases;
  }

  private Value last(Scope stack, Value hidden) {
    return dropout(stack.in("final_layer_norm", s -> norm(s, hidden)));
  }

  private Value norm(Scope scope, Value x) {
    return RmsNorm.apply(scope, x, config.normEpsilon());
  }

  private Value dropout(Value x) {
    return Dropout.apply(x, config.dropout());
  }

  /** The embeddings, which encoder and decoder share. */
  private Value table(Scope scope) {
    return Embedding.table(scope, config.vocabularySize(), config.hiddenSize(), normal(1));
  }

  /** Deviation {@code factor / sqrt(inputs)}. */
  private Initialization normal(long inputs) {
    return new Initialization.Normal(config.initializerFactor() / Math.sqrt(inputs));
  }

  @Override
  public Value logits(Scope root, Scope body, Value hidden) {
    Value scaled = config.scaleStates() ? mul(hidden, 1 / Math.sqrt(config.hiddenSize())) : hidden;
    if (config.tieWordEmbeddings()) {
      return Linear.apply(scaled, body.in("shared", this::table), null);
    }
    return root.in(
        "lm_head", s -> Linear.withoutBias(s, scaled, config.vocabularySize(), normal(1)));
  }

  @Override
  public Value classify(Scope root, Value pooled, long classes) {
    return EncoderDecoderHeads.classificationHead(
        root, pooled, classes, config.classifierDropout(), normal(config.hiddenSize()));
  }

  @Override
  public Value tag(Scope root, Value states, long classes) {
    Value kept = Dropout.apply(states, config.classifierDropout());
    return root.in("classifier", s -> Linear.apply(s, kept, classes, normal(1)));
  }
}

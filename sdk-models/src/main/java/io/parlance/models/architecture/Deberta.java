package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.less;
import static io.parlance.models.graph.Operators.logSoftmax;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.neg;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.unsqueeze;
import static io.parlance.models.graph.Operators.where;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.DisentangledAttention;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.PostNormLayer;
import io.parlance.models.nn.RelativeBuckets;
import io.parlance.models.nn.SequenceConvolution;
import io.parlance.models.nn.TextEmbeddings;
import io.parlance.models.nn.VocabularyScores;
import io.parlance.models.objective.Losses;
import io.parlance.models.weights.WeightNames;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * DeBERTa, versions 2 and 3 (He et al. 2020, arXiv:2006.03654; 2021, arXiv:2111.09543): BERT's
 * layers, whose attention compares words with words and words with distances apart.
 */
final class Deberta extends Encoder {

  static final EncoderFamily FAMILY =
      new EncoderFamily(
          "deberta-v2",
          "DebertaV2",
          Set.of(
              Head.BODY,
              Head.MASKED_LM,
              Head.SEQUENCE_CLASSIFICATION,
              Head.TOKEN_CLASSIFICATION,
              Head.QUESTION_ANSWERING,
              Head.MULTIPLE_CHOICE),
          Map.of(),
          DebertaConfig::v3Base,
          config -> new Deberta(DebertaConfig.from(config)));

  private static final PostNormLayer.Names LAYER =
      new PostNormLayer.Names(
          "attention.self.query_proj",
          "attention.self.key_proj",
          "attention.self.value_proj",
          "attention.output.dense",
          "attention.output.LayerNorm",
          "intermediate.dense",
          "output.dense",
          "output.LayerNorm");

  private final DebertaConfig config;

  Deberta(DebertaConfig config) {
    super(config.settings(), "deberta");
    this.config = config;
  }

  /** Of the head that came later. */
  private static final VocabularyScores.Names PREDICTIONS =
      new VocabularyScores.Names("dense", "LayerNorm", "bias");

  @Override
  EncoderFamily family() {
    return FAMILY;
  }

  @Override
  DebertaConfig config() {
    return config;
  }

  @Override
  JsonObject configuration(String architecture) {
    return config.toJson(architecture);
  }

  @Override
  WeightNames weightNames() {
    WeightNames names =
        super.weightNames()
            .alias("cls.predictions.decoder.weight", "deberta.embeddings.word_embeddings.weight")
            .alias("cls.predictions.decoder.bias", "cls.predictions.bias")
            .alias("cls.predictions.bias", "cls.predictions.decoder.bias")
            .alias("lm_predictions.lm_head.weight", "deberta.embeddings.word_embeddings.weight")
            .ignore("(.*\\.)?embeddings\\.position_embeddings\\..*");
    // the reference makes this norm also where it normalizes nothing
    return config.distances().relative() ? names : names.ignore("(.*\\.)?encoder\\.LayerNorm\\..*");
  }

  @Override
  List<String> exportedInputs() {
    return settings.typeVocabularySize() > 0
        ? super.exportedInputs()
        : List.of("input_ids", "attention_mask");
  }

  @Override
  OptionalLong maximumLength() {
    return config.positionsAtInput() ? super.maximumLength() : OptionalLong.empty();
  }

  @Override
  Value encode(Scope body, TokenInputs tokens, boolean firstOnly) {
    Value mask = tokens.attentionMask();
    if (mask != null && mask.shape().rank() != 2) {
      throw new IllegalArgumentException(
          "DeBERTa takes an attention_mask [batch, sequence], not " + mask.shape());
    }
    Value embedded = body.in("embeddings", s -> embed(s, tokens, mask));
    return body.in(
        "encoder",
        stack -> {
          DisentangledAttention.Positions positions = positions(stack, embedded);
          return layers(
              embedded,
              mask == null ? null : Attention.paddingBias(mask),
              firstOnly,
              (i, queries, keys, bias) -> {
                boolean convolved = i == 0 && config.convolution().kernel() > 0;
                Value wanted = convolved ? keys : queries;
                Value made =
                    stack.in(
                        "layer",
                        i,
                        s ->
                            settings
                                .layer(LAYER)
                                .apply(s, wanted, keys, attention(s, positions, mask, bias)));
                Value sum = convolved ? convolve(stack, embedded, made, mask) : made;
                return wanted.equals(queries) ? sum : first(sum);
              });
        });
  }

  private Value embed(Scope scope, TokenInputs tokens, @Nullable Value mask) {
    TextEmbeddings tables = settings.embeddings(config.embeddingSize());
    Value sum =
        (config.positionsAtInput() ? tables : tables.withoutPositions())
            .sum(scope, tokens.ids(), tokens.tokenTypes(), tokens.positions());
    Value wide =
        config.embeddingSize() == settings.hiddenSize()
            ? sum
            : scope.in(
                "embed_proj",
                s -> Linear.withoutBias(s, sum, settings.hiddenSize(), settings.weights()));
    Value normalized = masked(tables.normalized(scope, wide), mask);
    return Dropout.apply(normalized, settings.hiddenDropout());
  }

  private static Value masked(Value states, @Nullable Value mask) {
    return mask == null ? states : mul(states, unsqueeze(cast(mask, states.type()), 2));
  }

  /** The embeddings of distances that all layers share, and which a pair of positions has. */
  private DisentangledAttention.@Nullable Positions positions(Scope encoder, Value sequence) {
    DebertaConfig.Distances distances = config.distances();
    if (!distances.relative()) {
      return null;
    }
    int maximum = config.maximumDistance();
    long rows = 2L * (distances.buckets() > 0 ? distances.buckets() : maximum);
    Value table =
        encoder.in(
            "rel_embeddings",
            s -> Embedding.table(s, rows, settings.hiddenSize(), settings.weights()));
    Value normalized =
        distances.normalized()
            ? encoder.in("LayerNorm", s -> LayerNorm.apply(s, table, settings.layerNormEpsilon()))
            : table;
    Value index = RelativeBuckets.ofDeberta(Math.max(0, distances.buckets()), maximum).of(sequence);
    return new DisentangledAttention.Positions(normalized, index);
  }

  private PostNormLayer.AttentionFunction attention(
      Scope layer,
      DisentangledAttention.@Nullable Positions positions,
      @Nullable Value mask,
      @Nullable Value bias) {
    Scope self = new Scope(layer.graph(), layer.name("attention.self"));
    boolean shared = config.distances().shared();
    return new DisentangledAttention(
            self,
            new DisentangledAttention.Projections(
                shared ? "query_proj" : "pos_query_proj",
                shared ? "key_proj" : "pos_key_proj",
                settings.weights()),
            config.distances().comparisons(),
            settings.attentionDropout(),
            settings.hiddenDropout())
        .on(positions, mask, bias);
  }

  /** The convolution of the embeddings beside the first layer. */
  private Value convolve(Scope encoder, Value embedded, Value residual, @Nullable Value mask) {
    DebertaConfig.Convolution options = config.convolution();
    return encoder.in(
        "conv",
        s -> {
          Value convolved =
              s.in(
                  "conv",
                  c ->
                      SequenceConvolution.apply(
                          c, embedded, options.kernel(), options.groups(), settings.weights()));
          Value active =
              Activation.named(options.activation())
                  .apply(Dropout.apply(masked(convolved, mask), settings.hiddenDropout()));
          Value sum = add(residual, active);
          return masked(
              s.in("LayerNorm", n -> LayerNorm.apply(n, sum, settings.layerNormEpsilon())), mask);
        });
  }

  @Override
  Value classify(Scope root, Value hidden, long outputs) {
    Value first = Dropout.apply(firstToken(hidden), config.pooler().dropout());
    Value pooled = linear(root, "pooler.dense", first, settings.hiddenSize());
    return classifier(root, Activation.named(config.pooler().activation()).apply(pooled), outputs);
  }

  /**
   * As other families', but where the configuration names no kind of problem: negative labels do
   * not count, and rows of numbers are shares of the classes rather than classes of their own.
   */
  @Override
  Value classificationLoss(Value logits, Value labels) {
    Labels classes = settings.labels();
    if (classes.problemType() != null || classes.count() == 1) {
      return super.classificationLoss(logits, labels);
    }
    if (labels.shape().rank() == 2) {
      Value shares = mul(logSoftmax(logits, -1), cast(labels, logits.type()));
      return neg(reduceMean(reduceSum(shares, false, -1), false));
    }
    Value ignored = labels.graph().longScalar(Losses.IGNORED);
    Value negative = less(labels, labels.graph().longScalar(0));
    return Losses.crossEntropy(logits, where(negative, ignored, labels));
  }

  @Override
  Value tag(Scope root, Value hidden, long outputs) {
    return linear(root, "classifier", Dropout.apply(hidden, settings.hiddenDropout()), outputs);
  }

  @Override
  Value predict(Scope root, Value hidden) {
    if (config.legacy()) {
      return root.in(
          "cls.predictions",
          s -> scores(root, s, hidden, Bert.PREDICTIONS, config.embeddingSize()));
    }
    return root.in(
        "lm_predictions.lm_head", s -> scores(root, s, hidden, PREDICTIONS, settings.hiddenSize()));
  }

  private Value scores(
      Scope root, Scope head, Value hidden, VocabularyScores.Names names, long width) {
    return scores(root, head, hidden, names, "decoder", width, settings.activation());
  }
}

package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.transpose;
import static io.parlance.models.graph.Operators.unsqueeze;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.PostNormLayer;
import io.parlance.models.nn.RelativeBuckets;
import io.parlance.models.weights.WeightNames;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * MPNet (Song et al. 2020, arXiv:2004.09297) as it is used after pretraining: BERT's layers, to
 * whose scores all layers add the same learned bias for each distance, in logarithmic buckets.
 */
final class Mpnet extends Encoder {

  /** The buckets of distances; a constant of the reference's code. */
  static final int BUCKETS = 32;

  private static final int MAXIMUM_DISTANCE = 128;

  /** A constant of the reference's code as well. */
  static final long PADDING = 1;

  static final EncoderFamily FAMILY =
      new EncoderFamily(
          "mpnet",
          "MPNet",
          Set.of(
              Head.BODY,
              Head.MASKED_LM,
              Head.SEQUENCE_CLASSIFICATION,
              Head.TOKEN_CLASSIFICATION,
              Head.QUESTION_ANSWERING,
              Head.MULTIPLE_CHOICE),
          Map.of(),
          MpnetConfig::base,
          config -> new Mpnet(MpnetConfig.from(config)));

  private static final PostNormLayer.Names LAYER =
      new PostNormLayer.Names(
          "attention.attn.q",
          "attention.attn.k",
          "attention.attn.v",
          "attention.attn.o",
          "attention.LayerNorm",
          "intermediate.dense",
          "output.dense",
          "output.LayerNorm");

  private final MpnetConfig config;

  Mpnet(MpnetConfig config) {
    super(config.settings(), "mpnet");
    this.config = config;
  }

  @Override
  EncoderFamily family() {
    return FAMILY;
  }

  @Override
  MpnetConfig config() {
    return config;
  }

  @Override
  JsonObject configuration(String architecture) {
    return config.toJson(architecture);
  }

  @Override
  WeightNames weightNames() {
    return super.weightNames()
        .alias("lm_head.decoder.weight", "mpnet.embeddings.word_embeddings.weight")
        .alias("lm_head.decoder.bias", "lm_head.bias")
        .alias("lm_head.bias", "lm_head.decoder.bias");
  }

  @Override
  List<String> tokenInputs() {
    return List.of("input_ids", "attention_mask", "position_ids");
  }

  @Override
  List<String> exportedInputs() {
    return List.of("input_ids", "attention_mask");
  }

  @Override
  OptionalLong maximumLength() {
    return OptionalLong.of(settings.maxPositionEmbeddings() - PADDING - 1);
  }

  @Override
  Value encode(Scope body, TokenInputs tokens, boolean firstOnly) {
    Value embedded =
        body.in(
            "embeddings",
            s ->
                settings
                    .embeddings(settings.hiddenSize())
                    .paddingPosition(PADDING)
                    .apply(s, tokens.ids(), null, tokens.positions()));
    PostNormLayer layer = settings.layer(LAYER);
    return body.in(
        "encoder",
        stack -> {
          Value distances = stack.in("relative_attention_bias", s -> distances(s, embedded));
          @Nullable Value mask = tokens.attentionMask();
          return layers(
              embedded,
              mask == null ? distances : add(distances, Attention.paddingBias(mask)),
              firstOnly,
              (i, queries, keys, bias) ->
                  stack.in(
                      "layer",
                      i,
                      s ->
                          layer.apply(
                              s, queries, keys, attention(PositionEmbedding.ABSOLUTE, s, bias))));
        });
  }

  /** The bias of each head for each pair of positions: [1, heads, sequence, sequence]. */
  private Value distances(Scope scope, Value hidden) {
    Value table = Embedding.table(scope, BUCKETS, settings.attentionHeads(), settings.weights());
    Value buckets = RelativeBuckets.bidirectional(BUCKETS, MAXIMUM_DISTANCE).of(hidden);
    return unsqueeze(transpose(gather(table, buckets, 0), 2, 0, 1), 0);
  }

  @Override
  Value pool(Scope body, Value hidden) {
    return body.in("pooler", s -> tanhDense(s, "dense", firstToken(hidden)));
  }

  @Override
  Value classify(Scope root, Value hidden, long outputs) {
    return denseClassifier(root, hidden, outputs, Activation.TANH);
  }

  @Override
  Value choose(Scope root, Value hidden) {
    return classifier(root, root.in(prefix(), s -> pool(s, hidden)), 1);
  }

  @Override
  Value predict(Scope root, Value hidden) {
    return root.in(
        "lm_head",
        s ->
            scores(
                root,
                s,
                hidden,
                Roberta.PREDICTIONS,
                "decoder",
                settings.hiddenSize(),
                Activation.GELU));
  }
}

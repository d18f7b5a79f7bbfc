package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.Positions;
import io.parlance.models.nn.PostNormLayer;
import io.parlance.models.nn.RelativeDistances;
import io.parlance.models.nn.TextEmbeddings;
import io.parlance.models.nn.VocabularyScores;
import io.parlance.models.weights.WeightNames;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * BERT (Devlin et al. 2018, arXiv:1810.04805): embeddings of words, positions and segments, then
 * post-norm transformer layers. Pretraining: masked language modelling and next sentence
 * prediction; the loss is the sum of both.
 */
final class Bert extends Encoder {

  static final EncoderFamily FAMILY =
      new EncoderFamily(
          "bert",
          "Bert",
          Set.of(Head.values()),
          Map.of(Head.CAUSAL_LM, "BertLMHeadModel"),
          config -> new Bert(BertConfig.from(config)));

  private static final VocabularyScores.Names PREDICTIONS =
      new VocabularyScores.Names("transform.dense", "transform.LayerNorm", "bias");

  private final BertConfig config;
  private final TextEmbeddings embeddings;
  private final PostNormLayer layer;

  Bert(BertConfig config) {
    super(config.settings(), "bert");
    this.config = config;
    this.embeddings = settings.embeddings(settings.hiddenSize());
    this.layer = settings.layer(PostNormLayer.Names.BERT);
  }

  @Override
  EncoderFamily family() {
    return FAMILY;
  }

  @Override
  BertConfig config() {
    return config;
  }

  @Override
  JsonObject configuration(String architecture) {
    return config.toJson(architecture);
  }

  @Override
  WeightNames weightNames() {
    return super.weightNames()
        .alias("cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight")
        .alias("cls.predictions.decoder.bias", "cls.predictions.bias");
  }

  @Override
  Value encode(Scope body, TokenInputs tokens, boolean firstOnly) {
    Value embedded = body.in("embeddings", s -> embed(s, tokens));
    Value bias = attentionBias(tokens);
    return body.in(
        "encoder",
        encoder ->
            layers(
                embedded,
                bias,
                firstOnly,
                (i, queries, keys, visible) ->
                    encoder.in("layer", i, s -> layer(s, queries, keys, visible))));
  }

  private Value embed(Scope scope, TokenInputs tokens) {
    if (config.positionEmbedding() != BertConfig.PositionEmbedding.ABSOLUTE) {
      return embeddings.withoutPositions().apply(scope, tokens.ids(), tokens.tokenTypes(), null);
    }
    Value positions =
        tokens.positions() != null ? tokens.positions() : Positions.ascending(tokens.ids());
    return embeddings.apply(scope, tokens.ids(), tokens.tokenTypes(), positions);
  }

  private @Nullable Value attentionBias(TokenInputs tokens) {
    Value mask = tokens.attentionMask();
    if (config.decoder() && (mask == null || mask.shape().rank() == 2)) {
      return mask == null ? Attention.causalBias(tokens.ids()) : Attention.causalPaddingBias(mask);
    }
    return mask == null ? null : Attention.paddingBias(mask);
  }

  private Value layer(Scope scope, Value queries, Value keys, @Nullable Value bias) {
    return layer.apply(
        scope,
        queries,
        keys,
        (q, k, v) -> {
          Value scores =
              switch (config.positionEmbedding()) {
                case ABSOLUTE -> bias;
                case RELATIVE_KEY -> distances(scope).bias(q, null, k, bias);
                case RELATIVE_KEY_QUERY -> distances(scope).bias(q, k, k, bias);
              };
          return Attention.scaledDotProduct(q, k, v, scores, layer.attentionDropout());
        });
  }

  private RelativeDistances distances(Scope layer) {
    return new RelativeDistances(
        new Scope(layer.graph(), layer.name("attention.self.distance_embedding")),
        settings.maxPositionEmbeddings(),
        settings.weights());
  }

  @Override
  Value pool(Scope body, Value hidden) {
    return body.in("pooler", s -> tanhDense(s, "dense", firstToken(hidden)));
  }

  private Value pooled(Scope root, Value hidden) {
    return root.in(prefix(), s -> pool(s, hidden));
  }

  @Override
  Value classify(Scope root, Value hidden, long outputs) {
    return classifier(root, pooled(root, hidden), outputs);
  }

  @Override
  Value followsNext(Scope root, Value hidden) {
    Value pooled = pooled(root, hidden);
    return root.in("cls", s -> linear(s, "seq_relationship", pooled, 2));
  }

  @Override
  Value predict(Scope root, Value hidden) {
    VocabularyScores head =
        new VocabularyScores(
            PREDICTIONS,
            settings.hiddenSize(),
            settings.activation(),
            settings.layerNormEpsilon(),
            settings.weights());
    return root.in(
        "cls.predictions",
        s -> {
          Scope untied = new Scope(root.graph(), s.name("decoder"));
          Value table =
              outputTable(root, untied, ".embeddings.word_embeddings", settings.hiddenSize());
          return head.apply(s, hidden, table);
        });
  }

  @Override
  Map<String, Value> pretrain(Inputs inputs) {
    Scope root = inputs.graph().root();
    Value hidden = root.in(prefix(), s -> encode(s, TokenInputs.of(inputs), false));
    Value relationship = followsNext(root, hidden);
    Value logits = predict(root, EncoderHeads.maskedStates(inputs, hidden));
    Map<String, Value> outputs = EncoderHeads.named("prediction_logits", logits);
    outputs.put("seq_relationship_logits", relationship);
    return EncoderHeads.withLoss(
        outputs,
        EncoderHeads.sum(
            EncoderHeads.crossEntropy(inputs, logits, "labels"),
            EncoderHeads.crossEntropy(inputs, relationship, "next_sentence_label")));
  }

  @Override
  Set<String> pretrainingTargets() {
    return Set.of("labels", "next_sentence_label", "masked_positions");
  }
}

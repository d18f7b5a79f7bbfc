package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.PostNormLayer;
import io.parlance.models.nn.VocabularyScores;
import io.parlance.models.weights.WeightNames;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * ALBERT (Lan et al. 2019, arXiv:1909.11942): narrow embeddings, widened by a matrix, and layers
 * that share their parameters. Pretraining: masked language modelling, and whether two segments
 * stand in their order ({@code sentence_order_label}: 1 if they were swapped); the loss is the sum.
 */
final class Albert extends Encoder {

  static final EncoderFamily FAMILY =
      new EncoderFamily(
          "albert",
          "Albert",
          Set.of(
              Head.BODY,
              Head.MASKED_LM,
              Head.PRETRAINING,
              Head.SEQUENCE_CLASSIFICATION,
              Head.TOKEN_CLASSIFICATION,
              Head.QUESTION_ANSWERING,
              Head.MULTIPLE_CHOICE),
          Map.of(),
          AlbertConfig::base,
          config -> new Albert(AlbertConfig.from(config)));

  private static final PostNormLayer.Names LAYER =
      new PostNormLayer.Names(
          "attention.query",
          "attention.key",
          "attention.value",
          "attention.dense",
          "attention.LayerNorm",
          "ffn",
          "ffn_output",
          "full_layer_layer_norm");

  private static final VocabularyScores.Names PREDICTIONS =
      new VocabularyScores.Names("dense", "LayerNorm", "bias");

  private final AlbertConfig config;

  Albert(AlbertConfig config) {
    super(config.settings(), "albert");
    this.config = config;
  }

  @Override
  EncoderFamily family() {
    return FAMILY;
  }

  @Override
  AlbertConfig config() {
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
            .alias("predictions.decoder.weight", "albert.embeddings.word_embeddings.weight")
            .alias("predictions.decoder.bias", "predictions.bias")
            .alias("predictions.bias", "predictions.decoder.bias")
            .ignore("sop_classifier\\..*"); // in checkpoints that are named as masked LM
    return config.positionEmbedding() == PositionEmbedding.ABSOLUTE
        ? names
        : names.ignore(BertBody.UNUSED_POSITIONS);
  }

  @Override
  Value encode(Scope body, TokenInputs tokens, boolean firstOnly) {
    Value embedded = body.in("embeddings", s -> embed(s, tokens));
    @Nullable Value mask = tokens.attentionMask();
    return body.in(
        "encoder",
        stack -> {
          Value widened =
              linear(stack, "embedding_hidden_mapping_in", embedded, settings.hiddenSize());
          return layers(
              settings.hiddenLayers() * config.innerGroupLayers(),
              widened,
              mask == null ? null : Attention.paddingBias(mask),
              firstOnly,
              (i, queries, keys, bias) -> stack.in(name(i), s -> layer(s, queries, keys, bias)));
        });
  }

  private Value embed(Scope scope, TokenInputs tokens) {
    boolean absolute = config.positionEmbedding() == PositionEmbedding.ABSOLUTE;
    var tables = settings.embeddings(config.embeddingSize());
    return (absolute ? tables : tables.withoutPositions())
        .apply(scope, tokens.ids(), tokens.tokenTypes(), tokens.positions());
  }

  /** The parameters of layer {@code i}, which others may have as well. */
  private String name(int i) {
    int repetition = i / config.innerGroupLayers();
    double repetitionsOfGroup = (double) settings.hiddenLayers() / config.hiddenGroups();
    return "albert_layer_groups.%d.albert_layers.%d"
        .formatted((int) (repetition / repetitionsOfGroup), i % config.innerGroupLayers());
  }

  private Value layer(Scope scope, Value queries, Value keys, @Nullable Value bias) {
    Scope distances = new Scope(scope.graph(), scope.name("attention.distance_embedding"));
    return settings
        .layer(LAYER)
        .residualDropout(settings.hiddenDropout(), 0)
        .apply(scope, queries, keys, attention(config.positionEmbedding(), distances, bias));
  }

  @Override
  Value pool(Scope body, Value hidden) {
    return tanhDense(body, "pooler", firstToken(hidden));
  }

  @Override
  Value classify(Scope root, Value hidden, long outputs) {
    return classifier(root, root.in(prefix(), s -> pool(s, hidden)), outputs);
  }

  @Override
  Value predict(Scope root, Value hidden) {
    return root.in(
        "predictions",
        s ->
            scores(
                root,
                s,
                hidden,
                PREDICTIONS,
                "decoder",
                config.embeddingSize(),
                settings.activation()));
  }

  @Override
  Map<String, Value> pretrain(Inputs inputs) {
    Scope root = inputs.graph().root();
    Value hidden = root.in(prefix(), s -> encode(s, TokenInputs.of(inputs), false));
    Value order = root.in("sop_classifier", s -> classify(root, s, hidden));
    Value logits = predict(root, EncoderHeads.maskedStates(inputs, hidden));
    Map<String, Value> outputs = EncoderHeads.named("prediction_logits", logits);
    outputs.put("sop_logits", order);
    return EncoderHeads.withLoss(
        outputs,
        EncoderHeads.sum(
            EncoderHeads.crossEntropy(inputs, logits, "labels"),
            EncoderHeads.crossEntropy(inputs, order, "sentence_order_label")));
  }

  private Value classify(Scope root, Scope head, Value hidden) {
    return classifier(head, root.in(prefix(), s -> pool(s, hidden)), 2);
  }

  @Override
  Set<String> pretrainingTargets() {
    return Set.of("labels", "sentence_order_label", "masked_positions");
  }
}

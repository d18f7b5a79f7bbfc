package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.VocabularyScores;
import io.parlance.models.weights.WeightNames;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * RoBERTa (Liu et al. 2019, arXiv:1907.11692): BERT's body with positions that begin after that of
 * padding, pretrained by masked language modelling alone.
 */
final class Roberta extends Encoder {

  static final List<EncoderFamily> FAMILIES =
      Arrays.stream(RobertaConfig.Variant.values()).map(Roberta::family).toList();

  static final VocabularyScores.Names PREDICTIONS =
      new VocabularyScores.Names("dense", "layer_norm", "bias");

  private final RobertaConfig config;

  Roberta(RobertaConfig config) {
    super(config.settings(), "roberta");
    this.config = config;
  }

  private static EncoderFamily family(RobertaConfig.Variant variant) {
    return new EncoderFamily(
        variant.modelType,
        variant.className,
        Set.of(
            Head.BODY,
            Head.MASKED_LM,
            Head.CAUSAL_LM,
            Head.SEQUENCE_CLASSIFICATION,
            Head.TOKEN_CLASSIFICATION,
            Head.QUESTION_ANSWERING,
            Head.MULTIPLE_CHOICE),
        Map.of(),
        () ->
            variant == RobertaConfig.Variant.XLM_ROBERTA
                ? RobertaConfig.xlmBase()
                : RobertaConfig.base().as(variant),
        config -> new Roberta(RobertaConfig.from(config, variant)));
  }

  @Override
  EncoderFamily family() {
    return FAMILIES.get(config.variant().ordinal());
  }

  @Override
  RobertaConfig config() {
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
            .alias("lm_head.decoder.weight", "roberta.embeddings.word_embeddings.weight")
            .alias("lm_head.decoder.bias", "lm_head.bias")
            .alias("lm_head.bias", "lm_head.decoder.bias");
    return config.positionEmbedding() == PositionEmbedding.ABSOLUTE
        ? names
        : names.ignore(BertBody.UNUSED_POSITIONS);
  }

  @Override
  List<String> exportedInputs() {
    return List.of("input_ids", "attention_mask");
  }

  @Override
  OptionalLong maximumLength() {
    return OptionalLong.of(settings.maxPositionEmbeddings() - settings.padTokenId() - 1);
  }

  @Override
  Value encode(Scope body, TokenInputs tokens, boolean firstOnly) {
    return new BertBody(
            this,
            settings.embeddings(settings.hiddenSize()).paddingPosition(settings.padTokenId()),
            config.positionEmbedding(),
            config.decoder(),
            null)
        .encode(body, tokens, firstOnly);
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
                root, s, hidden, PREDICTIONS, "decoder", settings.hiddenSize(), Activation.GELU));
  }
}

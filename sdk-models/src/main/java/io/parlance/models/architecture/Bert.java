package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.VocabularyScores;
import io.parlance.models.weights.WeightNames;
import java.util.Map;
import java.util.Set;

/**
 * BERT (Devlin et al. 2018, arXiv:1810.04805): embeddings of words, positions and segments, then
 * post-norm transformer layers. Pretraining: masked language modelling and next sentence
 * prediction; the loss is the sum of both.
 */
class Bert extends Encoder {

  static final EncoderFamily FAMILY =
      new EncoderFamily(
          "bert",
          "Bert",
          Set.of(
              Head.BODY,
              Head.MASKED_LM,
              Head.PRETRAINING,
              Head.CAUSAL_LM,
              Head.NEXT_SENTENCE_PREDICTION,
              Head.SEQUENCE_CLASSIFICATION,
              Head.TOKEN_CLASSIFICATION,
              Head.QUESTION_ANSWERING,
              Head.MULTIPLE_CHOICE),
          Map.of(Head.CAUSAL_LM, "BertLMHeadModel"),
          BertConfig::base,
          config -> new Bert(BertConfig.from(config)));

  static final VocabularyScores.Names PREDICTIONS =
      new VocabularyScores.Names("transform.dense", "transform.LayerNorm", "bias");

  private final BertConfig config;

  Bert(BertConfig config) {
    super(config.settings(), "bert");
    this.config = config;
  }

  @Override
  EncoderFamily family() {
    return FAMILY;
  }

  @Override
  EncoderConfig<?> config() {
    return config;
  }

  @Override
  JsonObject configuration(String architecture) {
    return config.toJson(architecture);
  }

  @Override
  WeightNames weightNames() {
    WeightNames names =
        config.positionEmbedding() == PositionEmbedding.ABSOLUTE
            ? super.weightNames()
            : super.weightNames().ignore(BertBody.UNUSED_POSITIONS);
    return names
        .alias("cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight")
        .alias("cls.predictions.decoder.bias", "cls.predictions.bias")
        .alias("cls.predictions.bias", "cls.predictions.decoder.bias")
        .ignore("cls\\.seq_relationship\\..*"); // in checkpoints that are named as masked LM
  }

  @Override
  Value encode(Scope body, TokenInputs tokens, boolean firstOnly) {
    return new BertBody(
            this,
            settings.embeddings(settings.hiddenSize()),
            config.positionEmbedding(),
            config.decoder(),
            null)
        .encode(body, tokens, firstOnly);
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
    return root.in(
        "cls.predictions",
        s ->
            scores(
                root,
                s,
                hidden,
                PREDICTIONS,
                "decoder",
                settings.hiddenSize(),
                settings.activation()));
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

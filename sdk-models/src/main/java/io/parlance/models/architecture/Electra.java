package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.squeeze;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.VocabularyScores;
import io.parlance.models.objective.Losses;
import io.parlance.models.weights.WeightNames;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * ELECTRA (Clark et al. 2020, arXiv:2003.10555): BERT's body on narrower embeddings. A generator
 * has the head of masked language modelling; a discriminator tells for each token whether it was
 */
final class Electra extends Encoder {

  static final EncoderFamily FAMILY =
      new EncoderFamily(
          "electra",
          "Electra",
          Set.of(
              Head.BODY,
              Head.MASKED_LM,
              Head.CAUSAL_LM,
              Head.PRETRAINING,
              Head.SEQUENCE_CLASSIFICATION,
              Head.TOKEN_CLASSIFICATION,
              Head.QUESTION_ANSWERING,
              Head.MULTIPLE_CHOICE),
          Map.of(),
          ElectraConfig::small,
          config -> new Electra(ElectraConfig.from(config)));

  private static final VocabularyScores.Names PREDICTIONS =
      new VocabularyScores.Names(
          "generator_predictions.dense",
          "generator_predictions.LayerNorm",
          "generator_lm_head.bias");

  private final ElectraConfig config;
  private final @Nullable String sharedEmbeddings;

  Electra(ElectraConfig config) {
    this(config, null);
  }

  /**
   * A model with the embeddings of another.
   *
   * @param sharedEmbeddings where those are; null for its own
   */
  Electra(ElectraConfig config, @Nullable String sharedEmbeddings) {
    super(config.settings(), "electra");
    this.config = config;
    this.sharedEmbeddings = sharedEmbeddings;
  }

  @Override
  String embeddings(Scope root) {
    return sharedEmbeddings == null ? super.embeddings(root) : sharedEmbeddings;
  }

  @Override
  EncoderFamily family() {
    return FAMILY;
  }

  @Override
  ElectraConfig config() {
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
            .alias("generator_lm_head.weight", "electra.embeddings.word_embeddings.weight");
    return config.positionEmbedding() == PositionEmbedding.ABSOLUTE
        ? names
        : names.ignore(BertBody.UNUSED_POSITIONS);
  }

  @Override
  Value encode(Scope body, TokenInputs tokens, boolean firstOnly) {
    return new BertBody(
            this,
            settings.embeddings(config.embeddingSize()),
            config.positionEmbedding(),
            config.decoder(),
            sharedEmbeddings)
        .encode(body, tokens, firstOnly);
  }

  @Override
  Value classify(Scope root, Value hidden, long outputs) {
    return denseClassifier(root, hidden, outputs, Activation.GELU);
  }

  @Override
  Value choose(Scope root, Value hidden) {
    Value summary =
        linear(root, "sequence_summary.summary", firstToken(hidden), settings.hiddenSize());
    Value activated = Activation.named(config.summaryActivation()).apply(summary);
    return linear(root, "classifier", Dropout.apply(activated, config.summaryDropout()), 1);
  }

  @Override
  Value predict(Scope root, Value hidden) {
    return scores(
        root,
        root,
        hidden,
        PREDICTIONS,
        "generator_lm_head",
        config.embeddingSize(),
        Activation.GELU);
  }

  /** Scores of each token as one that was replaced: [batch, sequence]. */
  Value detect(Scope root, Value hidden) {
    return root.in(
        "discriminator_predictions",
        s -> {
          Value dense = linear(s, "dense", hidden, settings.hiddenSize());
          return squeeze(linear(s, "dense_prediction", settings.activation().apply(dense), 1), -1);
        });
  }

  @Override
  Map<String, Value> pretrain(Inputs inputs) {
    Scope root = inputs.graph().root();
    TokenInputs tokens = TokenInputs.of(inputs);
    Value logits = detect(root, root.in(prefix(), s -> encode(s, tokens, false)));
    Value labels = inputs.find("labels");
    return EncoderHeads.withLoss(
        EncoderHeads.named("logits", logits),
        labels == null
            ? null
            : Losses.binaryCrossEntropyWithLogits(logits, labels, tokens.attentionMask()));
  }

  @Override
  Set<String> pretrainingTargets() {
    return Set.of("labels");
  }
}

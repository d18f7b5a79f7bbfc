package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.relu;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.PostNormLayer;
import io.parlance.models.nn.TextEmbeddings;
import io.parlance.models.nn.VocabularyScores;
import io.parlance.models.weights.WeightNames;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * DistilBERT (Sanh et al. 2019, arXiv:1910.01108): half of BERT's layers, without segments and
 * pooler.
 */
final class DistilBert extends Encoder {

  static final EncoderFamily FAMILY =
      new EncoderFamily(
          "distilbert",
          "DistilBert",
          Set.of(
              Head.BODY,
              Head.MASKED_LM,
              Head.SEQUENCE_CLASSIFICATION,
              Head.TOKEN_CLASSIFICATION,
              Head.QUESTION_ANSWERING,
              Head.MULTIPLE_CHOICE),
          Map.of(),
          DistilBertConfig::base,
          config -> new DistilBert(DistilBertConfig.from(config)));

  private static final PostNormLayer.Names LAYER =
      new PostNormLayer.Names(
          "attention.q_lin",
          "attention.k_lin",
          "attention.v_lin",
          "attention.out_lin",
          "sa_layer_norm",
          "ffn.lin1",
          "ffn.lin2",
          "output_layer_norm");

  private static final VocabularyScores.Names PREDICTIONS =
      new VocabularyScores.Names("vocab_transform", "vocab_layer_norm", "vocab_projector.bias");

  private final DistilBertConfig config;

  DistilBert(DistilBertConfig config) {
    super(config.settings(), "distilbert");
    this.config = config;
  }

  @Override
  EncoderFamily family() {
    return FAMILY;
  }

  @Override
  DistilBertConfig config() {
    return config;
  }

  @Override
  JsonObject configuration(String architecture) {
    return config.toJson(architecture);
  }

  @Override
  WeightNames weightNames() {
    return super.weightNames()
        .alias("vocab_projector.weight", "distilbert.embeddings.word_embeddings.weight");
  }

  @Override
  List<String> tokenInputs() {
    return List.of("input_ids", "attention_mask");
  }

  @Override
  List<String> exportedInputs() {
    return tokenInputs();
  }

  @Override
  Value encode(Scope body, TokenInputs tokens, boolean firstOnly) {
    Value embedded =
        body.in(
            "embeddings",
            s -> {
              TextEmbeddings tables = settings.embeddings(settings.hiddenSize());
              return (config.sinusoidalPositions() ? tables.withSinusoids() : tables)
                  .apply(s, tokens.ids(), null, null);
            });
    @Nullable Value mask = tokens.attentionMask();
    PostNormLayer layer = settings.layer(LAYER).residualDropout(0, settings.hiddenDropout());
    return body.in(
        "transformer",
        stack ->
            layers(
                embedded,
                mask == null ? null : Attention.paddingBias(mask),
                firstOnly,
                (i, queries, keys, bias) ->
                    stack.in(
                        "layer",
                        i,
                        s ->
                            layer.apply(
                                s,
                                queries,
                                keys,
                                attention(PositionEmbedding.ABSOLUTE, s, bias)))));
  }

  @Override
  Value classify(Scope root, Value hidden, long outputs) {
    Value first = relu(linear(root, "pre_classifier", firstToken(hidden), settings.hiddenSize()));
    return classifier(root, first, outputs);
  }

  @Override
  Value tag(Scope root, Value hidden, long outputs) {
    return linear(root, "classifier", Dropout.apply(hidden, settings.hiddenDropout()), outputs);
  }

  @Override
  Value span(Scope root, Value hidden) {
    return super.span(root, Dropout.apply(hidden, config.answerDropout()));
  }

  @Override
  Value predict(Scope root, Value hidden) {
    return scores(
        root,
        root,
        hidden,
        PREDICTIONS,
        "vocab_projector",
        settings.hiddenSize(),
        settings.activation());
  }
}

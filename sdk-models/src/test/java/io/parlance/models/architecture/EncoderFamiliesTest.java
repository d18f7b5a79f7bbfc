package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.model.ModelConfig;
import io.parlance.models.TrainableModel;
import io.parlance.models.export.ModelExporter;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Sizes, names and configurations of the families of encoders. */
class EncoderFamiliesTest {

  @TempDir Path parent;

  /** The parameters of the released checkpoints' bodies. */
  static Stream<Arguments> published() {
    return Stream.of(
        Arguments.of(BertConfig.base(), 109_482_240L),
        Arguments.of(BertConfig.large(), 335_141_888L),
        Arguments.of(RobertaConfig.base(), 124_645_632L),
        Arguments.of(RobertaConfig.large(), 355_359_744L),
        Arguments.of(RobertaConfig.xlmBase(), 278_043_648L),
        Arguments.of(RobertaConfig.xlmLarge(), 559_890_432L),
        Arguments.of(DistilBertConfig.base(), 66_362_880L),
        Arguments.of(AlbertConfig.base(), 11_683_584L),
        Arguments.of(AlbertConfig.large(), 17_683_968L),
        Arguments.of(AlbertConfig.xlarge(), 58_724_864L),
        Arguments.of(AlbertConfig.xxlarge(), 222_595_584L),
        Arguments.of(ElectraConfig.small(), 13_483_008L),
        Arguments.of(ElectraConfig.base(), 108_891_648L),
        Arguments.of(ElectraConfig.large(), 334_092_288L),
        Arguments.of(MpnetConfig.base(), 109_486_464L),
        Arguments.of(ModernBertConfig.base(), 149_014_272L),
        Arguments.of(ModernBertConfig.large(), 394_781_696L),
        Arguments.of(XlnetConfig.base(), 116_718_336L),
        Arguments.of(XlnetConfig.large(), 360_268_800L),
        Arguments.of(DebertaConfig.v3Xsmall(), 70_682_112L),
        Arguments.of(DebertaConfig.v3Small(), 141_304_320L),
        Arguments.of(DebertaConfig.v3Base(), 183_831_552L),
        Arguments.of(DebertaConfig.v3Large(), 434_012_160L),
        Arguments.of(DebertaConfig.v2Xlarge(), 884_593_152L),
        Arguments.of(DebertaConfig.v2Xxlarge(), 1_564_549_632L));
  }

  @ParameterizedTest
  @MethodSource("published")
  void hasThePublishedNumberOfParameters(EncoderConfig<?> config, long count) {
    assertThat(
            config.model(Head.BODY).parameters().values().stream()
                .mapToLong(p -> p.value().shape().elements().size())
                .sum())
        .isEqualTo(count);
  }

  @ParameterizedTest
  @MethodSource("published")
  void readsBackWhatItWrites(EncoderConfig<?> published, long ignored) {
    EncoderConfig<?> config =
        published.with(
            s ->
                s.sizes(2, 48, 3, 96)
                    .vocabulary(500, 1)
                    .dropout(0.25)
                    .labels(
                        new Labels(
                            List.of("no", "yes"), Labels.ProblemType.MULTI_LABEL_CLASSIFICATION)));
    PretrainedModel model = config.model(Head.SEQUENCE_CLASSIFICATION);
    ModelConfig written = ModelConfig.of("config.json", model.configuration());
    assertThat(Architectures.encoder(written)).isEqualTo(config);
    PretrainedModel again = Architectures.of(written, Set.of());
    assertThat(again.parameters().keySet()).isEqualTo(model.parameters().keySet());
    assertThat(again.configuration()).isEqualTo(model.configuration());
  }

  /** What transformers' state dictionaries have beside those of the bare encoder. */
  @ParameterizedTest
  @CsvSource({
    "roberta, SEQUENCE_CLASSIFICATION, 'classifier.dense.bias classifier.dense.weight"
        + " classifier.out_proj.bias classifier.out_proj.weight'",
    "xlm-roberta, TOKEN_CLASSIFICATION, 'classifier.bias classifier.weight'",
    "camembert, QUESTION_ANSWERING, 'qa_outputs.bias qa_outputs.weight'",
    "roberta, CAUSAL_LM, 'lm_head.bias lm_head.dense.bias lm_head.dense.weight"
        + " lm_head.layer_norm.bias lm_head.layer_norm.weight'",
    "roberta, MULTIPLE_CHOICE, 'classifier.bias classifier.weight'",
    "distilbert, MASKED_LM, 'vocab_layer_norm.bias vocab_layer_norm.weight vocab_projector.bias"
        + " vocab_transform.bias vocab_transform.weight'",
    "distilbert, TOKEN_CLASSIFICATION, 'classifier.bias classifier.weight'",
    "distilbert, QUESTION_ANSWERING, 'qa_outputs.bias qa_outputs.weight'",
    "distilbert, MULTIPLE_CHOICE, 'classifier.bias classifier.weight pre_classifier.bias"
        + " pre_classifier.weight'",
    "albert, MASKED_LM, 'predictions.LayerNorm.bias predictions.LayerNorm.weight"
        + " predictions.bias predictions.dense.bias predictions.dense.weight'",
    "albert, PRETRAINING, 'predictions.LayerNorm.bias predictions.LayerNorm.weight"
        + " predictions.bias predictions.dense.bias predictions.dense.weight"
        + " sop_classifier.classifier.bias sop_classifier.classifier.weight'",
    "albert, SEQUENCE_CLASSIFICATION, 'classifier.bias classifier.weight'",
    "albert, MULTIPLE_CHOICE, 'classifier.bias classifier.weight'",
    "electra, SEQUENCE_CLASSIFICATION, 'classifier.dense.bias classifier.dense.weight"
        + " classifier.out_proj.bias classifier.out_proj.weight'",
    "electra, TOKEN_CLASSIFICATION, 'classifier.bias classifier.weight'",
    "electra, MULTIPLE_CHOICE, 'classifier.bias classifier.weight sequence_summary.summary.bias"
        + " sequence_summary.summary.weight'",
    "electra, PRETRAINING, 'discriminator_predictions.dense.bias"
        + " discriminator_predictions.dense.weight discriminator_predictions.dense_prediction.bias"
        + " discriminator_predictions.dense_prediction.weight'",
    "deberta-v2, SEQUENCE_CLASSIFICATION, 'classifier.bias classifier.weight pooler.dense.bias"
        + " pooler.dense.weight'",
    "deberta-v2, MULTIPLE_CHOICE, 'classifier.bias classifier.weight pooler.dense.bias"
        + " pooler.dense.weight'",
    "deberta-v2, MASKED_LM, 'cls.predictions.bias cls.predictions.transform.LayerNorm.bias"
        + " cls.predictions.transform.LayerNorm.weight cls.predictions.transform.dense.bias"
        + " cls.predictions.transform.dense.weight'",
    "deberta-v2, TOKEN_CLASSIFICATION, 'classifier.bias classifier.weight'",
    "modernbert, MASKED_LM, 'decoder.bias head.dense.weight head.norm.weight'",
    "modernbert, SEQUENCE_CLASSIFICATION, 'classifier.bias classifier.weight head.dense.weight"
        + " head.norm.weight'",
    "modernbert, QUESTION_ANSWERING, 'classifier.bias classifier.weight head.dense.weight"
        + " head.norm.weight'",
    "xlnet, PRETRAINING, lm_loss.bias",
    "xlnet, SEQUENCE_CLASSIFICATION, 'logits_proj.bias logits_proj.weight"
        + " sequence_summary.summary.bias sequence_summary.summary.weight'",
    "xlnet, MULTIPLE_CHOICE, 'logits_proj.bias logits_proj.weight"
        + " sequence_summary.summary.bias sequence_summary.summary.weight'",
    "xlnet, TOKEN_CLASSIFICATION, 'classifier.bias classifier.weight'",
    "xlnet, QUESTION_ANSWERING, 'qa_outputs.bias qa_outputs.weight'",
    "mpnet, MASKED_LM, 'lm_head.bias lm_head.dense.bias lm_head.dense.weight"
        + " lm_head.layer_norm.bias lm_head.layer_norm.weight'",
    "mpnet, SEQUENCE_CLASSIFICATION, 'classifier.dense.bias classifier.dense.weight"
        + " classifier.out_proj.bias classifier.out_proj.weight'",
    "mpnet, MULTIPLE_CHOICE, 'classifier.bias classifier.weight'",
    "mpnet, TOKEN_CLASSIFICATION, 'classifier.bias classifier.weight'",
    "mpnet, QUESTION_ANSWERING, 'qa_outputs.bias qa_outputs.weight'",
  })
  void headsHaveTheReferencesParameters(String type, Head head, String names) {
    PretrainedModel model = tiny(type).model(head);
    String base = model.weightNames().basePrefix();
    Set<String> outside = new TreeSet<>(model.parameters().keySet());
    outside.removeIf(name -> name.startsWith(base));
    assertThat(outside).containsExactly(names.split(" "));
  }

  /** Each family with 2 layers; its defaults otherwise. */
  private static EncoderConfig<?> tiny(String type) {
    JsonObject json = new JsonObject();
    json.addProperty("model_type", type);
    return Architectures.encoder(ModelConfig.of("config.json", json))
        .with(s -> s.sizes(2, 16, 2, 32));
  }

  /** BERT's cased checkpoint has 108 310 272 parameters, 590 592 of them in the pooler. */
  @Test
  void spanBertAddsItsBoundaryHead() {
    SpanBertConfig config = SpanBertConfig.base();
    long hidden = 768;
    long boundary =
        28_996 // bias
            + 20 * 200 // places
            + (2 * hidden + 200) * hidden
            + hidden // first layer
            + hidden * hidden
            + hidden // second layer
            + 4 * hidden; // their normalizations
    long words = 28_996 + hidden * hidden + hidden + 2 * hidden;
    assertThat(
            config.model(Head.PRETRAINING).parameters().values().stream()
                .mapToLong(p -> p.value().shape().elements().size())
                .sum())
        .isEqualTo(108_310_272 - 590_592 + words + boundary);
    ModelConfig written =
        ModelConfig.of("config.json", config.model(Head.PRETRAINING).configuration());
    assertThat(Architectures.encoder(written)).isEqualTo(config);
    assertThat(config.model(Head.TOKEN_CLASSIFICATION).architecture())
        .isEqualTo("BertForTokenClassification");
  }

  @Test
  void electrasTwoModelsShareTheirEmbeddings() {
    ElectraPretraining pretraining =
        ElectraPretraining.of(ElectraConfig.base().generator(3), ElectraConfig.base());
    assertThat(pretraining.parameters().keySet())
        .contains("discriminator.electra.embeddings.word_embeddings.weight")
        .noneMatch(name -> name.startsWith("generator.electra.embeddings."));
    ModelConfig written = ModelConfig.of("config.json", pretraining.configuration());
    assertThat(Architectures.of(written, Set.of())).isEqualTo(pretraining);
    assertThatThrownBy(() -> ElectraPretraining.of(ElectraConfig.small(), ElectraConfig.base()))
        .hasMessageContaining("embedding_size is 128 in the generator and 768");
  }

  /** As many published checkpoints: saved after pretraining, named as a masked language model. */
  @ParameterizedTest
  @CsvSource({"bert, BertForMaskedLM", "albert, AlbertForMaskedLM"})
  void whatThePretrainingHasBesideIsLeft(String type, String architecture) throws IOException {
    Path folder = parent.resolve("checkpoint");
    Map<String, Tensor> inputs = Map.of("input_ids", Tensor.of(new long[] {3, 1, 4, 1}, 1, 4));
    try (TrainableModel saved = TrainableModel.initialize(tiny(type).model(Head.PRETRAINING), 2)) {
      ModelExporter.of(saved.model(), saved.parameters()).withSafetensors().write(folder);
      JsonObject config = saved.model().configuration();
      config.getAsJsonArray("architectures").set(0, new JsonPrimitive(architecture));
      Files.writeString(folder.resolve("config.json"), config.toString());
      try (TrainableModel loaded = TrainableModel.load(folder)) {
        assertThat(loaded.parameters().keySet()).noneMatch(name -> name.contains("pooler"));
        assertThat(loaded.forward(inputs).get("logits").toFloatArray())
            .isEqualTo(saved.forward(inputs).get("prediction_logits").toFloatArray());
      }
    }
  }

  /** Labels as shares are the same where one class has all of it. */
  @Test
  void debertasLabelsMayBeShares() {
    Tensor ids = Tensor.of(new long[] {3, 1, 4, 1, 5, 9}, 3, 2);
    Tensor classes = Tensor.of(new long[] {1, 0, 1}, 3);
    Tensor shares = Tensor.of(new float[] {0, 1, 1, 0, 0, 1}, 3, 2);
    Tensor unknown = Tensor.of(new long[] {1, -1, 1}, 3);
    Tensor known = Tensor.of(new long[] {1, -100, 1}, 3);
    try (TrainableModel model =
        TrainableModel.initialize(tiny("deberta-v2").model(Head.SEQUENCE_CLASSIFICATION), 2)) {
      assertThat(loss(model, ids, shares)).isCloseTo(loss(model, ids, classes), within(1e-6f));
      assertThat(loss(model, ids, unknown)).isEqualTo(loss(model, ids, known));
    }
  }

  private static float loss(TrainableModel model, Tensor ids, Tensor labels) {
    return model.forward(Map.of("input_ids", ids, "labels", labels)).get("loss").floatAt(0);
  }

  @Test
  void aHeadThatAFamilyLacksIsNamed() {
    assertThatThrownBy(() -> DistilBertConfig.base().model(Head.NEXT_SENTENCE_PREDICTION))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("DistilBert has no head NEXT_SENTENCE_PREDICTION; it has [BODY,");
  }

  @Test
  void theReferencesOtherNamesOfKeysAreUnderstood() {
    JsonObject json = new JsonObject();
    json.addProperty("model_type", "distilbert");
    json.addProperty("hidden_size", 64);
    json.addProperty("num_attention_heads", 4);
    json.addProperty("n_layers", 3);
    json.add("pad_token_id", null);
    EncoderSettings settings =
        Architectures.encoder(ModelConfig.of("config.json", json)).settings();
    assertThat(settings.hiddenSize()).isEqualTo(64);
    assertThat(settings.attentionHeads()).isEqualTo(4);
    assertThat(settings.hiddenLayers()).isEqualTo(3);
  }

  @Test
  void anUnknownFamilyIsToldWithTheKnownOnes() {
    JsonObject json = new JsonObject();
    json.addProperty("model_type", "lexicon");
    assertThatThrownBy(() -> Architectures.encoder(ModelConfig.of("config.json", json)))
        .hasMessageContaining("model_type is 'lexicon', expected one of [albert, bert, camembert,");
  }
}

package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.model.ModelConfig;
import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.models.graph.Graph;
import io.parlance.models.weights.SafetensorsWriter;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoder-decoders against the reference: outputs, losses, sizes, what files say. */
class EncoderDecoderTest {

  @ParameterizedTest
  @ValueSource(strings = {"t5-v1_0-relu-tied", "t5-v1_1-gated-untied", "bart-seqcls", "marian-mt"})
  void givesTheReferencesOutputsForInferenceAndForTraining(String name) throws IOException {
    Path folder = Goldens.folder("architectures/" + name);
    Map<String, Map<String, Tensor>> inputs = Goldens.cases(folder.resolve("inputs.json"));
    Map<String, Map<String, Tensor>> expected = Goldens.cases(folder.resolve("expected.json"));
    assertThat(inputs).containsOnlyKeys(expected.keySet()).isNotEmpty();
    try (TrainableModel model = TrainableModel.load(folder)) {
      inputs.forEach(
          (caseName, arguments) -> {
            compare(expected.get(caseName), model.forward(arguments));
            if (arguments.containsKey("labels")) {
              compare(expected.get(caseName), model.forwardAndGradients(arguments));
            }
          });
    }
  }

  private static void compare(Map<String, Tensor> expected, Map<String, Tensor> actual) {
    assertThat(expected).containsKey("logits");
    expected.forEach(
        (name, tensor) -> {
          assertThat(actual).containsKey(name);
          assertThat(actual.get(name).shape()).as(name).isEqualTo(tensor.shape());
          assertThat(actual.get(name).toFloatArray())
              .as(name)
              .containsExactly(tensor.toFloatArray(), within(1e-5f));
        });
  }

  /** Tied weights stored several times, buffers that nothing reads, and none for the bias. */
  @ParameterizedTest
  @CsvSource({"t5-v1_0-relu-tied, shared.weight, ''", "marian-mt, model.shared.weight, model."})
  void loadsWhatPublicCheckpointsStore(
      String name, String shared, String prefix, @TempDir Path folder) throws IOException {
    Path source = Goldens.folder("architectures/" + name);
    Files.copy(source.resolve("config.json"), folder.resolve("config.json"));
    try (TrainableModel model = TrainableModel.load(source)) {
      Map<String, Tensor> stored = new LinkedHashMap<>(model.parameters());
      Tensor table = stored.get(shared);
      stored.put(prefix + "encoder.embed_tokens.weight", table);
      stored.put(prefix + "decoder.embed_tokens.weight", table);
      stored.put("lm_head.weight", table);
      if (prefix.isEmpty()) {
        stored.put(
            "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",
            Tensor.allocate(ElementType.FLOAT32, 8, 4));
        stored.remove(shared);
      } else {
        stored.put("model.encoder.embed_positions.weight", table);
        stored.put("model.decoder.embed_positions.weight", table);
        stored.put("model.encoder.version", Tensor.of(new float[] {3}, 1));
        stored.remove("final_logits_bias");
      }
      SafetensorsWriter.write(folder.resolve("model.safetensors"), stored);
      try (TrainableModel read = TrainableModel.load(folder)) {
        assertThat(read.parameters()).containsOnlyKeys(model.parameters().keySet());
        read.parameters()
            .forEach(
                (parameter, tensor) ->
                    assertThat(tensor.toFloatArray())
                        .as(parameter)
                        .containsExactly(
                            parameter.equals("final_logits_bias")
                                ? new float[100]
                                : model.parameters().get(parameter).toFloatArray()));
      }
    }
  }

  /** A decoder that is of no use to it does not keep an encoder from loading. */
  @Test
  void theEncoderAloneLoadsFromTheWholeModel(@TempDir Path folder) throws IOException {
    Path source = Goldens.folder("architectures/t5-v1_0-relu-tied");
    Files.copy(source.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    Files.writeString(
        folder.resolve("config.json"),
        Files.readString(source.resolve("config.json"))
            .replace("T5ForConditionalGeneration", "T5EncoderModel"));
    Map<String, Tensor> inputs = Goldens.cases(source.resolve("inputs.json")).get("labels_only");
    Map<String, Tensor> expected =
        Goldens.cases(source.resolve("expected.json")).get("labels_only");
    inputs.remove("labels");
    try (TrainableModel model = TrainableModel.load(folder)) {
      assertThat(model.forward(inputs).get("last_hidden_state").toFloatArray())
          .containsExactly(expected.get("encoder_last_hidden_state").toFloatArray(), within(1e-5f));
    }
  }

  /** The exact numbers are those of the released checkpoints, without sinusoidal positions. */
  static Stream<Arguments> published() {
    return Stream.of(
        arguments(T5Config.small(), 60_506_624L),
        arguments(T5Config.base(), 222_903_552L),
        arguments(T5Config.large(), 737_668_096L),
        arguments(T5Config.t5_3b(), 2_851_598_336L),
        arguments(T5Config.t5_11b(), 11_307_321_344L),
        arguments(T5Config.v1_1Small(), 76_961_152L),
        arguments(T5Config.v1_1Base(), 247_577_856L),
        arguments(T5Config.v1_1Large(), 783_150_080L),
        arguments(T5Config.mt5Small(), 300_176_768L),
        arguments(T5Config.umt5Small(), 306_601_984L),
        arguments(BartConfig.base(), 139_420_416L),
        arguments(BartConfig.large(), 406_291_456L),
        arguments(MarianConfig.opusMt(58_101), 74_410_496L - 2 * 512 * 512),
        arguments(MbartConfig.languages25(), 610_851_840L),
        arguments(MbartConfig.languages50(), 610_879_488L),
        arguments(PegasusConfig.large(), 570_797_056L - 2 * 1024 * 1024),
        arguments(M2m100Config.m2m100_418m(), 483_905_536L),
        arguments(M2m100Config.nllb600m(), 615_073_792L),
        arguments(M2m100Config.nllb1300m(), 1_370_638_336L),
        arguments(M2m100Config.nllb3300m(), 3_344_863_232L));
  }

  @ParameterizedTest
  @MethodSource("published")
  void hasThePublishedParameterCount(EncoderDecoderConfig config, long count) {
    assertThat(config.model(Head.CONDITIONAL_GENERATION).parameterCount()).isEqualTo(count);
  }

  static Stream<PretrainedModel> models() {
    return Stream.of(
        T5Config.small().model(Head.CONDITIONAL_GENERATION),
        T5Config.v1_1Small().model(Head.TOKEN_CLASSIFICATION),
        T5Config.v1_1Small().model(Head.SEQUENCE_CLASSIFICATION),
        T5Config.mt5Small().model(Head.ENCODER),
        T5Config.small().model(Head.QUESTION_ANSWERING),
        T5Config.umt5Base().model(Head.CONDITIONAL_GENERATION),
        BartConfig.base().model(Head.CONDITIONAL_GENERATION),
        BartConfig.large().model(Head.SEQUENCE_CLASSIFICATION),
        BartConfig.base().model(Head.QUESTION_ANSWERING),
        BartConfig.base().model(Head.BODY),
        MarianConfig.opusMt(1000).model(Head.CONDITIONAL_GENERATION),
        MbartConfig.languages25().model(Head.SEQUENCE_CLASSIFICATION),
        PegasusConfig.large().model(Head.CONDITIONAL_GENERATION),
        M2m100Config.nllb600m().model(Head.CONDITIONAL_GENERATION));
  }

  @ParameterizedTest
  @MethodSource("models")
  void readsBackWhatItWrites(PretrainedModel model) {
    JsonObject written = model.configuration();
    PretrainedModel read = Architectures.of(ModelConfig.of("config.json", written), Set.of());
    assertThat(read.configuration()).isEqualTo(written);
    assertThat(read.architecture()).isEqualTo(model.architecture());
    assertThat(read.parameterCount()).isEqualTo(model.parameterCount());
    assertThat(read.parameters()).containsOnlyKeys(model.parameters().keySet());
  }

  /**
   * transformers 4 says by tie_word_embeddings whether states are scaled; transformers 5 says so
   * apart, and what is tied shows in the weights.
   */
  @Test
  void readsBothDialectsOfT5() {
    T5Config fourth = T5Config.from(config("{'tie_word_embeddings': false}"));
    T5Config fifth =
        T5Config.from(
            config("{'tie_word_embeddings': true, 'scale_decoder_outputs': false}"),
            Set.of("shared.weight", "lm_head.weight"));
    assertThat(fifth).isEqualTo(fourth);
    assertThat(fifth.tieWordEmbeddings()).isFalse();
    assertThat(fifth.scaleStates()).isFalse();
    T5Config first = T5Config.from(config("{'scale_decoder_outputs': true}"), Set.of());
    assertThat(first).isEqualTo(T5Config.small());
    assertThat(first.scaleStates()).isTrue();
  }

  /** Where no output of the reference is at hand, the names of its weights are held. */
  @Test
  void namesWeightsAsTheReferenceDoes() {
    assertThat(T5Config.small().model(Head.SEQUENCE_CLASSIFICATION).parameters())
        .containsKeys(
            "transformer.shared.weight",
            "transformer.decoder.final_layer_norm.weight",
            "classification_head.dense.weight",
            "classification_head.out_proj.bias");
    assertThat(T5Config.small().model(Head.TOKEN_CLASSIFICATION).parameters())
        .containsKeys("transformer.encoder.final_layer_norm.weight", "classifier.bias")
        .doesNotContainKey("transformer.decoder.final_layer_norm.weight");
    assertThat(T5Config.small().model(Head.QUESTION_ANSWERING).parameters())
        .containsKeys("shared.weight", "qa_outputs.bias");
    assertThat(T5Config.umt5Small().model(Head.CONDITIONAL_GENERATION).parameters())
        .containsKeys(
            "encoder.block.7.layer.0.SelfAttention.relative_attention_bias.weight",
            "decoder.block.7.layer.0.SelfAttention.relative_attention_bias.weight",
            "lm_head.weight");
    assertThat(MbartConfig.languages25().model(Head.CONDITIONAL_GENERATION).parameters())
        .containsKeys(
            "model.encoder.embed_positions.weight",
            "model.encoder.layernorm_embedding.weight",
            "model.encoder.layer_norm.weight",
            "model.decoder.layer_norm.bias",
            "final_logits_bias");
    assertThat(M2m100Config.nllb600m().model(Head.CONDITIONAL_GENERATION).parameters())
        .containsKeys("model.shared.weight", "model.encoder.layer_norm.weight")
        .doesNotContainKeys(
            "final_logits_bias",
            "model.encoder.layernorm_embedding.weight",
            "model.encoder.embed_positions.weight");
  }

  /** Old files say in config.json how a model is used; it is handed on. */
  @Test
  void keepsHowItIsUsed() {
    JsonObject old = MarianConfig.opusMt(100).model(Head.CONDITIONAL_GENERATION).configuration();
    old.addProperty("num_beams", 4);
    old.add("bad_words_ids", JsonParser.parseString("[[99]]"));
    old.add("task_specific_params", JsonParser.parseString("{'summarization': {'num_beams': 6}}"));
    PretrainedModel model = Architectures.of(ModelConfig.of("config.json", old), Set.of());
    assertThat(model.configuration()).isEqualTo(old);
    assertThat(model.generationConfiguration().orElseThrow())
        .isEqualTo(
            JsonParser.parseString(
                "{'_from_model_config': true, 'eos_token_id': 0, 'pad_token_id': 99,"
                    + " 'decoder_start_token_id': 99, 'forced_eos_token_id': 0, 'max_length': 512,"
                    + " 'num_beams': 4, 'bad_words_ids': [[99]]}"));
  }

  /** Labels of mBART end with the token of their language, which the decoder begins with. */
  @Test
  void movesLabelsAsTheFamilyDoes() {
    long[] labels = {5, 6, 2, 12, 7, 2, 13, -100};
    assertThat(moved("MBartForConditionalGeneration", labels))
        .containsExactly(12, 5, 6, 2, 13, 7, 2, 13);
    assertThat(moved("BartForConditionalGeneration", labels))
        .containsExactly(2, 5, 6, 2, 2, 7, 2, 13);
    assertThat(moved("M2M100ForConditionalGeneration", new long[] {5, -100, 6, 2, 5, 6, 7, 2}))
        .containsExactly(2, 5, 1, 6, 2, 5, 6, 7);
  }

  /** What the decoder reads for two texts with these labels, found by the logits. */
  private static long[] moved(String architecture, long[] labels) {
    JsonObject json = TINY.deepCopy();
    json.add("architectures", JsonParser.parseString("['" + architecture + "']"));
    PretrainedModel description = Architectures.of(ModelConfig.of("tiny", json), Set.of());
    try (TrainableModel model = TrainableModel.initialize(description, 5)) {
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      inputs.put("input_ids", Tensor.of(new long[] {8, 9, 2, 8, 7, 2}, 2, 3));
      inputs.put("labels", Tensor.of(labels, 2, 4));
      float[] expected = model.forward(inputs).get("logits").toFloatArray();
      inputs.remove("labels");
      long[] found = new long[labels.length];
      for (int i = 0; i < found.length; i++) {
        for (found[i] = 0; ; found[i]++) {
          inputs.put("decoder_input_ids", Tensor.of(found, 2, 4));
          float[] actual = model.forward(inputs).get("logits").toFloatArray();
          int classes = actual.length / found.length;
          if (Math.abs(actual[i * classes] - expected[i * classes]) < 1e-5) {
            break;
          }
        }
      }
      return found;
    }
  }

  private static final JsonObject TINY =
      JsonParser.parseString(
              "{'vocab_size': 14, 'd_model': 12, 'encoder_layers': 1, 'decoder_layers': 1,"
                  + " 'encoder_attention_heads': 3, 'decoder_attention_heads': 2,"
                  + " 'encoder_ffn_dim': 20, 'decoder_ffn_dim': 16, 'init_std': 0.3,"
                  + " 'max_position_embeddings': 12}")
          .getAsJsonObject();

  /** The bias of the scores is stored, but neither counted nor trained. */
  @Test
  void theBiasOfTheScoresIsABuffer() {
    Graph.Parameter bias =
        MarianConfig.opusMt(100)
            .model(Head.CONDITIONAL_GENERATION)
            .parameters()
            .get("final_logits_bias");
    assertThat(bias.trained()).isFalse();
    assertThat(bias.value().shape().sizes()).containsExactly(1, 100);
  }

  @Test
  void refusesWhatCannotBe() {
    Map.of(
            "{'architectures': ['T5ForConditionalGeneration'], 'model_type': 'longt5'}",
            "model_type is 'longt5', expected one of [t5, mt5, umt5]",
            "{'architectures': ['T5ForConditionalGeneration'], 'feed_forward_proj': 'gated'}",
            "activation 'gated' is unknown",
            "{'architectures': ['T5EncoderModel'], 'relative_attention_num_buckets': 2}",
            "relative_attention_num_buckets is 2, expected at least 4",
            "{'architectures': ['BartModel'], 'd_model': 50, 'encoder_attention_heads': 3}",
            "d_model 50 is not a multiple of encoder_attention_heads 3",
            "{'architectures': ['MarianMTModel'], 'vocab_size': 9, 'decoder_vocab_size': 8}",
            "decoder_vocab_size is 8 and vocab_size 9")
        .forEach(
            (json, message) ->
                assertThatThrownBy(() -> Architectures.of(config(json), Set.of()))
                    .isInstanceOf(ModelUnusableException.class)
                    .hasMessageContaining(message));
    assertThatThrownBy(() -> MarianConfig.opusMt(100).model(Head.SEQUENCE_CLASSIFICATION))
        .hasMessageContaining("marian has no head SEQUENCE_CLASSIFICATION; it has [BODY,");
  }

  @Test
  void refusesWrongInputs() throws IOException {
    Path folder = Goldens.folder("architectures/marian-mt");
    Map<String, Tensor> given =
        Goldens.cases(folder.resolve("inputs.json")).get("explicit_decoder");
    try (TrainableModel model = TrainableModel.load(folder)) {
      Map.of(
              "decoder_input_ids holds 100, expected 0 to 99",
              Map.of("decoder_input_ids", Tensor.of(new long[] {100, 1, 1}, 3, 1)),
              "labels holds -5, expected 0 to 99, or -100",
              Map.of("labels", Tensor.of(new long[] {-5, 1, 1}, 3, 1)),
              "decoder_input_ids are 33 tokens long; the model has 32 positions",
              Map.of("decoder_input_ids", Tensor.of(new long[99], 3, 33)),
              "has no input token_type_ids",
              Map.of("token_type_ids", Tensor.of(new long[3], 3, 1)))
          .forEach(
              (message, wrong) -> {
                Map<String, Tensor> inputs = new LinkedHashMap<>(given);
                inputs.remove("decoder_attention_mask");
                inputs.putAll(wrong);
                assertThatThrownBy(() -> model.forward(inputs))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(message);
              });
      Map<String, Tensor> none = new LinkedHashMap<>(given);
      none.keySet().removeIf(name -> name.startsWith("decoder"));
      assertThatThrownBy(() -> model.forward(none))
          .hasMessageContaining("decoder_input_ids is missing, and there are no labels");
    }
  }

  private static ModelConfig config(String json) {
    return ModelConfig.of(
        "config.json", JsonParser.parseString(json.replace('\'', '"')).getAsJsonObject());
  }
}

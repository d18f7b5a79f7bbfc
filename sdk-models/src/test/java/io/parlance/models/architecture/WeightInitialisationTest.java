package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.model.ModelConfig;
import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.models.nn.RecurrentLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** New weights are distributed as those of freshly built models of the reference. */
class WeightInitialisationTest {

  @ParameterizedTest
  @CsvSource({
    "bert, BertForPreTraining",
    "roberta, RobertaForMaskedLM",
    "albert, AlbertForMaskedLM",
    "electra_discriminator, ElectraForPreTraining",
    "xlnet, XLNetLMHeadModel",
    "gpt2, GPT2LMHeadModel",
    "gpt_neo, GPTNeoForCausalLM",
    "opt, OPTForCausalLM",
    "bloom, BloomForCausalLM",
    "llama, LlamaForCausalLM",
    "t5_v1_0, T5ForConditionalGeneration",
    "t5_v1_1, T5ForConditionalGeneration"
  })
  void asTheReference(String family, String architecture) throws IOException {
    JsonObject golden =
        read("training/weight-initialisation/cases.json")
            .getAsJsonObject("families")
            .getAsJsonObject(family);
    JsonObject configuration = golden.getAsJsonObject("config");
    JsonArray architectures = new JsonArray();
    architectures.add(architecture);
    configuration.add("architectures", architectures);
    Map<String, JsonElement> expected = golden.getAsJsonObject("parameters").asMap();
    PretrainedModel description = Architectures.of(ModelConfig.of(family, configuration), Set.of());
    try (TrainableModel model = TrainableModel.initialize(description, 7)) {
      Set<String> seen = new TreeSet<>();
      model
          .parameters()
          .forEach(
              (name, tensor) -> {
                String kind = name.replaceAll("\\.\\d+(?=\\.)", ".N");
                seen.add(kind);
                assertThat(expected).containsKey(kind);
                compare(name, tensor.toFloatArray(), expected.get(kind).getAsJsonObject());
              });
      assertThat(seen).containsExactlyInAnyOrderElementsOf(expected.keySet());
    }
  }

  @ParameterizedTest
  @CsvSource({"LSTM, torch_lstm", "TANH, torch_rnn", "GRU, torch_gru"})
  void recurrentLayersAsPyTorch(RecurrentLayer.Cell cell, String golden) throws IOException {
    JsonObject expected =
        read("training/weight-initialisation/cases.json")
            .getAsJsonObject("families")
            .getAsJsonObject(golden)
            .getAsJsonObject("parameters");
    PretrainedModel description = new RecurrentConfig(cell, 50, 128, 256, 1, 0).model();
    try (TrainableModel model = TrainableModel.initialize(description, 3)) {
      for (String name : expected.keySet()) {
        if (name.endsWith("_l0")) {
          compare(
              name,
              model.parameters().get("rnn." + name).toFloatArray(),
              expected.getAsJsonObject(name));
        }
      }
    }
  }

  /** The authors' code: normal with 0.02, what adds to the stream divided by the root of 2 L. */
  @Test
  void blankInfillingAsItsAuthors() {
    PretrainedModel description =
        Architectures.of(
            ModelConfig.of(
                "config.json",
                JsonParser.parseString(
                        "{'architectures': ['GLMModel'], 'vocab_size': 300, 'hidden_size': 96,"
                            + " 'num_hidden_layers': 4, 'num_attention_heads': 4,"
                            + " 'max_sequence_length': 60}")
                    .getAsJsonObject()),
            Set.of());
    try (TrainableModel model = TrainableModel.initialize(description, 5)) {
      model
          .parameters()
          .forEach(
              (name, tensor) -> {
                float[] values = tensor.toFloatArray();
                if (name.endsWith("layernorm.weight")) {
                  assertThat(values).as(name).containsOnly(1);
                } else if (name.endsWith(".bias")) {
                  assertThat(values).as(name).containsOnly(0);
                } else {
                  boolean adds = name.matches(".*(attention\\.dense|dense_4h_to_h)\\.weight");
                  double wanted = adds ? 0.02 / Math.sqrt(8) : 0.02;
                  JsonObject expected = new JsonObject();
                  expected.addProperty("std", wanted);
                  expected.addProperty("mean", 0);
                  expected.addProperty("max_abs", 4 * wanted);
                  compare(name, values, expected);
                }
              });
    }
  }

  /** Every family and kind of head, against a later version of the reference. */
  @TestFactory
  Stream<DynamicTest> asTransformers5() throws IOException {
    JsonObject families =
        read("training/weight-initialisation/transformers-5.18.json").getAsJsonObject("families");
    return families.entrySet().stream()
        .map(
            family ->
                DynamicTest.dynamicTest(
                    family.getKey(), () -> compare(family.getValue().getAsJsonObject())));
  }

  private static void compare(JsonObject golden) {
    Map<String, JsonElement> expected = golden.getAsJsonObject("parameters").asMap();
    PretrainedModel description =
        Architectures.of(ModelConfig.of("config.json", golden.getAsJsonObject("config")), Set.of());
    try (TrainableModel model = TrainableModel.initialize(description, 11)) {
      Set<String> seen = new TreeSet<>();
      model
          .parameters()
          .forEach(
              (name, tensor) -> {
                String kind = name.replaceAll("\\.\\d+(?=\\.)", ".N");
                seen.add(kind);
                assertThat(expected).containsKey(kind);
                JsonObject wanted = expected.get(kind).getAsJsonObject();
                compare(name, tensor.toFloatArray(), wanted);
                compareZeros(name, tensor.toFloatArray(), wanted);
              });
      assertThat(seen).containsExactlyInAnyOrderElementsOf(expected.keySet());
    }
  }

  /** Rows of padding. */
  private static void compareZeros(String name, float[] values, JsonObject expected) {
    if (expected.has("all")) {
      return;
    }
    if (expected.getAsJsonArray("shape").size() == 2) {
      int width = expected.getAsJsonArray("shape").get(1).getAsInt();
      List<Integer> zero =
          IntStream.range(0, values.length / width)
              .filter(
                  row ->
                      IntStream.range(row * width, row * width + width)
                          .allMatch(i -> values[i] == 0))
              .boxed()
              .toList();
      List<Integer> wanted = new ArrayList<>();
      if (expected.has("zero_rows")) {
        expected.getAsJsonArray("zero_rows").forEach(row -> wanted.add(row.getAsInt()));
      }
      assertThat(zero).as("rows of zeros in " + name).isEqualTo(wanted);
    }
  }

  private static JsonObject read(String file) throws IOException {
    return JsonParser.parseString(Files.readString(Goldens.folder(file))).getAsJsonObject();
  }

  private static void compare(String name, float[] values, JsonObject expected) {
    if (expected.has("all")) {
      assertThat(values).as(name).containsOnly(expected.get("all").getAsFloat());
      return;
    }
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    double mean = sum / values.length;
    double deviation = Math.sqrt(squares / values.length - mean * mean);
    double wanted = expected.get("std").getAsDouble();
    // the golden ones are samples as well: three deviations of the difference
    double tolerance = Math.max(0.02, 3 / Math.sqrt(values.length));
    assertThat(deviation).as(name).isCloseTo(wanted, within(tolerance * wanted));
    double most = expected.get("max_abs").getAsDouble();
    if (most < 2.5 * wanted) { // cut off or uniform: nothing beyond, and something close to it
      double largest =
          IntStream.range(0, values.length).mapToDouble(i -> Math.abs(values[i])).max().orElse(0);
      assertThat(largest)
          .as(name)
          .isCloseTo(most, within(values.length > 2000 ? 0.02 * most : most));
    }
    double allowed = 5 * wanted / Math.sqrt(values.length);
    double centre = expected.get("mean").getAsDouble(); // that of sinusoids is not 0
    assertThat(mean).as(name).isCloseTo(Math.abs(centre) > allowed ? centre : 0, within(allowed));
  }
}

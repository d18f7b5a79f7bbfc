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
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
        JsonParser.parseString(
                Files.readString(Goldens.folder("training/weight-initialisation/cases.json")))
            .getAsJsonObject()
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
    assertThat(mean).as(name).isCloseTo(0, within(5 * wanted / Math.sqrt(values.length)));
  }
}

package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.parlance.ModelUnusableException;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.Goldens;
import io.parlance.models.weights.SafetensorsReader;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders whose configuration has no {@code architectures}: the weights tell the class. */
class UnnamedArchitectureTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-base",
        "bert-mlm",
        "bert-pretraining",
        "bert-qa",
        "bert-seqcls",
        "deberta-v2-seqcls",
        "distilbert-seqcls",
        "gpt2-lm",
        "llama-gqa",
        "mixtral-lm",
        "roberta-mlm",
        "roberta-seqcls"
      })
  void weightsTellTheClass(String name) {
    Path folder = Goldens.folder("architectures/" + name);
    JsonObject json =
        ModelFolder.open(ModelSource.of(folder)).json("config.json").orElseThrow().deepCopy();
    String named = json.remove("architectures").getAsJsonArray().get(0).getAsString();
    try (SafetensorsReader reader = SafetensorsReader.open(folder)) {
      PretrainedModel model =
          Architectures.of(ModelConfig.of(name, json), reader.tensors().keySet());
      assertThat(model.architecture()).isEqualTo(named);
    }
  }

  @Test
  void withoutWeightsItIsTheOneThatGeneratesOrTheBody() {
    assertThat(ofType("llama").architecture()).isEqualTo("LlamaForCausalLM");
    assertThat(ofType("gpt2").architecture()).isEqualTo("GPT2LMHeadModel");
    assertThat(ofType("distilbert").architecture()).isEqualTo("DistilBertModel");
    assertThatThrownBy(() -> ofType("elmo"))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining("names no class under 'architectures'");
  }

  private static PretrainedModel ofType(String type) {
    JsonObject json = new JsonObject();
    json.addProperty("model_type", type);
    return Architectures.of(ModelConfig.of("config.json", json), Set.of());
  }

  @Test
  void theLaterHeadOfDebertaHasNamesOfItsOwn() {
    JsonObject json = new JsonObject();
    json.addProperty("legacy", false);
    PretrainedModel model =
        DebertaConfig.from(ModelConfig.of("config.json", json)).model(Head.MASKED_LM);
    assertThat(model.parameters().keySet())
        .contains("lm_predictions.lm_head.dense.weight", "lm_predictions.lm_head.bias")
        .noneMatch(name -> name.startsWith("cls."));
    assertThat(model.configuration().get("legacy").getAsBoolean()).isFalse();
  }
}

package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Gpt2Config;
import io.parlance.models.architecture.Head;
import io.parlance.models.export.ModelExporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportCommandTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "single, model.onnx",
    "pair, decoder_model.onnx decoder_with_past_model.onnx",
    "merged, decoder_model_merged.onnx"
  })
  void laysOutLanguageModels(String layout, String graphs) throws IOException {
    Path target = folder.resolve("exported");
    CommandRun run =
        CommandRun.of(
            "",
            "export",
            "--model",
            tinyModel().toString(),
            "--layout",
            layout,
            "--output",
            target.toString());
    assertThat(run.status()).as(run.messages()).isEqualTo(0);
    assertThat(run.messages()).contains("no tokenizer.json in").contains("wrote " + target);
    try (Stream<Path> files = Files.list(target)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains(graphs.split(" "))
          .contains("config.json", "generation_config.json")
          .hasSize(2 + graphs.split(" ").length);
    }
  }

  @Test
  void refusesAnUnknownLayout() throws IOException {
    CommandRun run =
        CommandRun.of(
            "",
            "export",
            "--model",
            tinyModel().toString(),
            "--layout",
            "triple",
            "--output",
            folder.resolve("exported").toString());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.messages()).contains("--layout is 'triple', expected single, pair or merged");
  }

  private Path tinyModel() throws IOException {
    JsonObject json = new JsonObject();
    List.of("n_embd", "vocab_size", "n_positions").forEach(key -> json.addProperty(key, 8));
    List.of("n_layer", "n_head").forEach(key -> json.addProperty(key, 2));
    Gpt2Config config = Gpt2Config.from(ModelConfig.of("tiny", json));
    Path target = folder.resolve("tiny");
    try (TrainableModel model = TrainableModel.initialize(config.model(Head.CAUSAL_LM), 1)) {
      ModelExporter.of(model.model(), model.parameters()).withSafetensors().write(target);
    }
    Files.delete(target.resolve("model.onnx"));
    return target;
  }
}

package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {

  @TempDir private Path folder;

  @Test
  void tellsWhatAFolderHolds() {
    CommandRun run = CommandRun.of("", "inspect", "--model", Fixtures.textClassifier().toString());
    assertThat(run.status()).isEqualTo(ExitStatus.SUCCESS);
    JsonObject report = JsonParser.parseString(run.out()).getAsJsonObject();
    assertThat(report.getAsJsonObject("config").get("labels"))
        .hasToString("[\"NEGATIVE\",\"NEUTRAL\",\"POSITIVE\"]");
    assertThat(report.getAsJsonObject("tokenizer").get("vocabulary_size").getAsInt())
        .isEqualTo(562);
    JsonObject graph = report.getAsJsonArray("graphs").get(0).getAsJsonObject();
    assertThat(graph.get("file").getAsString()).isEqualTo("model.onnx");
    assertThat(graph.get("opset").getAsInt()).isEqualTo(14);
    assertThat(graph.get("outputs")).hasToString("{\"logits\":\"FLOAT32[batch_size, 3]\"}");
  }

  @Test
  void whatIsBrokenHasItsErrorInPlace() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"bert\"}");
    Files.writeString(folder.resolve("model.onnx"), "no graph");
    CommandRun run = CommandRun.of("", "inspect", "--model", folder.toString());
    assertThat(run.status()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    JsonObject report = JsonParser.parseString(run.out()).getAsJsonObject();
    assertThat(report.getAsJsonObject("config").get("model_type").getAsString()).isEqualTo("bert");
    assertThat(message(report.getAsJsonObject("tokenizer"))).contains("tokenizer.json");
    assertThat(message(report.getAsJsonArray("graphs").get(0).getAsJsonObject()))
        .contains("model.onnx");
  }

  @Test
  void tellsWhatTheMachineOffers() {
    CommandRun text = CommandRun.of("", "inspect", "--system");
    assertThat(text.out())
        .contains("java.io.tmpdir: ", "libcudart.so.12: ", "ONNX Runtime: loaded");
    CommandRun json = CommandRun.of("", "inspect", "--system", "--json");
    JsonObject report = JsonParser.parseString(json.out()).getAsJsonObject();
    assertThat(report.getAsJsonObject("sections").getAsJsonObject("system").keySet())
        .contains("operating system", "architecture", "Java");
    assertThat(json.status() == ExitStatus.SUCCESS)
        .isEqualTo(report.getAsJsonArray("problems").isEmpty());
    assertThat(CommandRun.of("", "inspect").status()).isEqualTo(ExitStatus.REFUSED);
  }

  private static String message(JsonObject part) {
    return part.getAsJsonObject("error").get("message").getAsString();
  }

  @Test
  void aFolderThatDoesNotExistIsRefused() {
    CommandRun run = CommandRun.of("", "inspect", "--model", "no/such");
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).startsWith("parlance inspect: there is no model folder ");
  }
}

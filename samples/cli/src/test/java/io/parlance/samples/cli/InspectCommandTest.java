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
    CommandRun run =
        CommandRun.of("", "inspect", "--json", "--model", Fixtures.textClassifier().toString());
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
    Files.writeString(folder.resolve("tokenizer.json"), "no tokenizer");
    CommandRun run = CommandRun.of("", "inspect", "--json", "--model", folder.toString());
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
    assertThat(run.messages()).startsWith("parlance inspect: there is no model folder or file ");
    assertThat(CommandRun.of("", "inspect", "--model", "llama3.1-404b").messages())
        .contains("did you mean llama3.1-405b?");
  }

  @Test
  void aTableTellsTheLayers() throws IOException {
    CommandRun run = CommandRun.of("", "inspect", "--model", Fixtures.textClassifier().toString());
    assertThat(run.status()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.out())
        .contains("layer ", "FLOPs/token", "graphs.0.file: model.onnx", "config.model_type: bert");
    Path config = folder.resolve("mine.json");
    Files.writeString(
        config,
        """
        {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_layer": 3, "n_embd": 8,
         "n_head": 2, "vocab_size": 10, "n_positions": 16}
        """);
    CommandRun alone = CommandRun.of("", "inspect", "--model", config.toString());
    // (10 + 16) * 8 of embeddings, 12 * 8 * 8 + 13 * 8 of each layer, 16 of the last norm
    assertThat(alone.out())
        .contains(
            "parameters        2 840 ", " in a text of 16 tokens", "KV cache a token  192 bytes");
    CommandRun published = CommandRun.of("", "inspect", "--json", "--model", "BERT-large");
    JsonObject report = JsonParser.parseString(published.out()).getAsJsonObject();
    assertThat(report.getAsJsonObject("architecture").get("parameters").getAsLong())
        .isEqualTo(335_141_888);
  }

  @Test
  void drawsTheGraph() throws IOException {
    Path svg = folder.resolve("graph.svg");
    String model = Fixtures.textClassifier().toString();
    CommandRun run = CommandRun.of("", "inspect", "--model", model, "--draw", svg.toString());
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(Files.readString(svg))
        .startsWith("<svg xmlns=\"http://www.w3.org/2000/svg\"")
        .contains(">input_ids</text>", ">logits</text>", "marker-end")
        .endsWith("</svg>\n");
    Path dot = folder.resolve("graph.dot");
    CommandRun.of("", "inspect", "--model", "gpt2", "--draw", dot.toString());
    assertThat(Files.readString(dot)).contains("\"transformer.h.1 to 11\" -> \"transformer.ln_f\"");
    CommandRun png = CommandRun.of("", "inspect", "--model", "gpt2", "--draw", "graph.png");
    assertThat(png.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(png.messages()).contains("expected a name with .svg or .dot");
  }
}

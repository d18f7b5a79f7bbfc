package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The expected numbers are what the reference computes from the same weights and inputs. */
class ForwardCommandTest {

  private static final Path MODEL = Fixtures.folder("bert-seqcls");
  private static final float[] LOGITS = {
    0.622501671f,
    0.247505903f,
    -0.325977474f,
    0.892305434f,
    0.391419142f,
    -0.931596637f,
    0.52949512f,
    0.98241365f,
    -1.29098892f
  };

  @TempDir private Path folder;

  private JsonObject run(String... more) throws IOException {
    Path output = folder.resolve("out.json");
    String[] arguments = {
      "forward",
      "--model",
      MODEL.toString(),
      "--inputs",
      MODEL.resolve("inputs.json").toString(),
      "--output",
      output.toString()
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    assertThat(CommandRun.of("", all)).isEqualTo(new CommandRun(ExitStatus.SUCCESS, "", ""));
    return JsonParser.parseString(Files.readString(output))
        .getAsJsonObject()
        .getAsJsonObject("cases")
        .getAsJsonObject("default");
  }

  @Test
  void writesOutputsAndLossAsTheReferenceComputesThem() throws IOException {
    JsonObject outputs = run();
    assertThat(outputs.keySet()).containsExactlyInAnyOrder("loss", "logits");
    JsonObject logits = outputs.getAsJsonObject("logits");
    assertThat(logits.get("dtype").getAsString()).isEqualTo("float32");
    assertThat(logits.get("shape")).hasToString("[3,3]");
    for (int i = 0; i < LOGITS.length; i++) {
      assertThat(logits.getAsJsonArray("data").get(i).getAsFloat())
          .isCloseTo(LOGITS[i], within(1e-5f));
    }
    JsonObject loss = outputs.getAsJsonObject("loss");
    assertThat(loss.get("shape")).hasToString("[]");
    assertThat(loss.getAsJsonArray("data").get(0).getAsFloat())
        .isCloseTo(0.933638871f, within(1e-5f));
  }

  @Test
  void aCaseGoesOnFromWhatAnotherLeftInTheMemory() throws IOException {
    Path model = Fixtures.folder("xlnet-memory");
    Path output = folder.resolve("out.json");
    CommandRun run =
        CommandRun.of(
            "",
            "forward",
            "--model",
            model.toString(),
            "--inputs",
            model.resolve("inputs.json").toString(),
            "--output",
            output.toString());
    assertThat(run).isEqualTo(new CommandRun(ExitStatus.SUCCESS, "", ""));
    JsonObject expected = cases(model.resolve("expected.json"));
    JsonObject actual = cases(output);
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    for (String name : expected.keySet()) {
      JsonArray wanted = logits(expected, name);
      JsonArray found = logits(actual, name);
      assertThat(found.size()).isEqualTo(wanted.size());
      for (int i = 0; i < wanted.size(); i++) {
        assertThat(found.get(i).getAsFloat())
            .as("%s, %d", name, i)
            .isCloseTo(wanted.get(i).getAsFloat(), within(1e-5f));
      }
    }
  }

  private static JsonObject cases(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file))
        .getAsJsonObject()
        .getAsJsonObject("cases");
  }

  private static JsonArray logits(JsonObject cases, String name) {
    return cases.getAsJsonObject(name).getAsJsonObject("logits").getAsJsonArray("data");
  }

  @Test
  void aMemoryOfNoEarlierCaseIsRefused() throws IOException {
    Path inputs = folder.resolve("inputs.json");
    Files.writeString(
        inputs,
        """
        {"cases": {"only": {"input_ids": {"dtype": "int64", "shape": [1, 2], "data": [3, 4]},
                            "_mem": {"dtype": "int64", "shape": [1], "data": [0]}}}}
        """);
    CommandRun run =
        CommandRun.of(
            "",
            "forward",
            "--model",
            Fixtures.folder("xlnet-memory").toString(),
            "--inputs",
            inputs.toString());
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains("case 'only': _mem is the number of an earlier case");
  }

  @Test
  void gradientsHaveTheReferencesNorms() throws IOException {
    JsonObject gradients = run("--gradients").getAsJsonObject("gradients");
    JsonObject summary =
        JsonParser.parseString(Files.readString(MODEL.resolve("grads_summary.json")))
            .getAsJsonObject()
            .getAsJsonObject("grads");
    assertThat(gradients.keySet()).isEqualTo(summary.keySet());
    for (Map.Entry<String, JsonElement> each : summary.entrySet()) {
      double squares = 0;
      for (JsonElement value : gradients.getAsJsonObject(each.getKey()).getAsJsonArray("data")) {
        squares += value.getAsDouble() * value.getAsDouble();
      }
      double norm = each.getValue().getAsJsonObject().get("l2").getAsDouble();
      assertThat(Math.sqrt(squares)).as(each.getKey()).isCloseTo(norm, within(1e-5));
    }
  }

  @Test
  void inputsThatDoNotFitAreRefusedByName() throws IOException {
    assertRefused("{\"x\": 1}", "has no \"cases\"");
    assertRefused("{\"cases\": {\"a\": [1]}}", "expected an object of cases of tensors");
    assertRefused(
        "{\"cases\": {\"a\": {\"input_ids\":"
            + " {\"dtype\":\"int64\",\"shape\":[1,2],\"data\":[1,200]}}}}",
        "case 'a': input_ids holds 200, expected 0 to 119");
    assertRefused(
        "{\"cases\": {\"a\": {\"input_ids\": {\"dtype\":\"int64\",\"shape\":[1,2],\"data\":[1]}}}}",
        "case 'a': ");
    assertRefused(
        "{\"cases\": {\"a\": {\"ids\": {\"dtype\":\"int64\",\"shape\":[1,1],\"data\":[1]}}}}",
        "ids");
  }

  private void assertRefused(String inputs, String reason) throws IOException {
    Path file = Files.writeString(folder.resolve("in.json"), inputs);
    Path output = folder.resolve("never.json");
    CommandRun run =
        CommandRun.of(
            "",
            "forward",
            "--model",
            MODEL.toString(),
            "--inputs",
            file.toString(),
            "--output",
            output.toString());
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains(file.toString()).contains(reason).hasLineCount(1);
    assertThat(output).doesNotExist();
  }
}

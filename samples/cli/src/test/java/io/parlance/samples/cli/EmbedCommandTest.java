package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbedCommandTest {

  @Test
  void givesAVectorForEachLineWithItsOwnOptions() {
    CommandRun run =
        CommandRun.of(
            "{\"id\":1,\"text\":\"The movie was bad.\"}\n"
                + "{\"text\":\"The movie was bad.\",\"options\":{\"normalize\":false}}\n"
                + "{\"text\":\"The movie was bad.\",\"options\":{\"max_length\":4}}\n"
                + "{\"text\":\"Hi\",\"options\":{\"pooling\":\"median\"}}\n"
                + "{\"text\":\"Hi\",\"options\":{\"prompt_name\":\"query\"}}\n",
            "embed",
            "--pooling",
            "max",
            "--model",
            Fixtures.coreModel("minilm-sentence-embedding").toString());
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    List<JsonObject> lines = run.lines();
    assertThat(lines.get(0).keySet()).containsExactly("id", "embedding");
    assertThat(lines.get(0).getAsJsonArray("embedding")).hasSize(32);
    assertThat(length(lines.get(0))).isBetween(0.9999, 1.0001);
    assertThat(length(lines.get(1))).isGreaterThan(1.1);
    assertThat(lines.get(2).get("truncated").getAsBoolean()).isTrue();
    assertThat(message(lines.get(3))).contains("'pooling' must be one of cls, mean, max");
    assertThat(message(lines.get(4))).contains("no prompt 'query'");
  }

  private static double length(JsonObject line) {
    return Math.sqrt(
        line.getAsJsonArray("embedding").asList().stream()
            .mapToDouble(JsonElement::getAsDouble)
            .map(number -> number * number)
            .sum());
  }

  private static String message(JsonObject line) {
    return line.getAsJsonObject("error").get("message").getAsString();
  }
}

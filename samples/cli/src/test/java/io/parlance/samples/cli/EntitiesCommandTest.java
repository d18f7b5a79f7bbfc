package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The expected entities are what the reference's token classification pipeline gives. */
class EntitiesCommandTest {
  private static final String MODEL = Fixtures.coreModel("ner-roberta-bio").toString();

  private static CommandRun run(String input, String... options) {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "entities";
    arguments[1] = "--model";
    arguments[2] = MODEL;
    System.arraycopy(options, 0, arguments, 3, options.length);
    return CommandRun.of(input, arguments);
  }

  private static JsonObject entity(JsonObject line, int place) {
    return line.getAsJsonArray("entities").get(place).getAsJsonObject();
  }

  @Test
  void givesTokensUnlessTheyAreToBeJoined() {
    CommandRun run =
        run(
            """
            {"id":"none","text":"The IBM and the Café Noir are in New York 😀."}
            {"id":"simple","text":"The IBM and the Café Noir are in New York 😀.","options":{"aggregation_strategy":"simple"}}
            {"id":"empty","text":""}
            """);
    assertThat(run.messages()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.SUCCESS);
    List<JsonObject> lines = run.lines();
    JsonObject token = entity(lines.get(0), 0);
    assertThat(token.get("score").getAsDouble()).isCloseTo(0.9607287645339966, within(1e-5));
    token.remove("score");
    assertThat(token)
        .hasToString(
            "{\"entity\":\"B-ORG\",\"start\":4,\"end\":7,\"text\":\"IBM\",\"word\":\"ĠIBM\",\"index\":2}");
    JsonObject group = entity(lines.get(1), 1);
    assertThat(group.get("score").getAsDouble()).isCloseTo(0.9507907629013062, within(1e-5));
    group.remove("score");
    assertThat(group)
        .hasToString(
            "{\"entity\":\"ORG\",\"start\":16,\"end\":25,\"text\":\"Café Noir\",\"word\":\" Café"
                + " Noir\"}");
    assertThat(lines.get(2)).hasToString("{\"id\":\"empty\",\"entities\":[]}");
  }

  @Test
  void saysWhatItCutUnlessThereIsAStride() {
    String line = "{\"text\":\"" + "Anna met Thomas in Rome. ".repeat(30) + "\"}";
    JsonObject cut = run(line, "--aggregation-strategy", "first").lines().get(0);
    assertThat(cut.get("truncated").getAsBoolean()).isTrue();
    JsonObject whole = run(line, "--aggregation-strategy", "first", "--stride", "8").lines().get(0);
    assertThat(whole.has("truncated")).isFalse();
    assertThat(whole.getAsJsonArray("entities").size())
        .isGreaterThan(2 * cut.getAsJsonArray("entities").size());
  }

  @Test
  void refusesAStrideWithoutAggregation() {
    CommandRun run = run("{\"text\":\"Anna\",\"options\":{\"stride\":8}}\n{\"text\":\"Anna\"}");
    assertThat(run.status()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    assertThat(run.lines().get(0).getAsJsonObject("error").get("message").getAsString())
        .contains("stride 8 needs an aggregation that joins tokens");
    assertThat(run.lines().get(1).has("entities")).isTrue();
  }
}

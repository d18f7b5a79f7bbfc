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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The expected tokens and scores are what generate() of transformers gives. */
class GenerateCommandTest {
  private static final Path MODEL = Fixtures.coreModel("gpt2-with-past");
  private static final int PADDING = 706;

  @Test
  void answersEachLineWithItsOwnOptions() throws IOException {
    JsonObject reference =
        JsonParser.parseString(Files.readString(MODEL.resolve("generate.json")))
            .getAsJsonObject()
            .getAsJsonObject("generate");
    JsonArray prompt =
        reference
            .getAsJsonObject("inputs")
            .getAsJsonObject("prompt_0")
            .getAsJsonArray("input_ids")
            .get(0)
            .getAsJsonArray();
    List<JsonObject> cases =
        reference.getAsJsonArray("cases").asList().stream()
            .map(JsonElement::getAsJsonObject)
            .filter(each -> each.get("input").getAsString().equals("prompt_0"))
            .toList();
    StringBuilder lines = new StringBuilder();
    for (JsonObject each : cases) {
      JsonObject line = new JsonObject();
      line.add("id", each.get("setting"));
      line.add("input_ids", prompt);
      line.add("options", each.get("kwargs"));
      lines.append(line).append('\n');
    }
    CommandRun run = CommandRun.of(lines.toString(), "generate", "--model", MODEL.toString());
    assertThat(run.messages()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.lines()).hasSameSizeAs(cases);
    for (int i = 0; i < cases.size(); i++) {
      JsonObject expected = cases.get(i);
      JsonObject line = run.lines().get(i);
      assertThat(line.get("id")).isEqualTo(expected.get("setting"));
      JsonArray sequence = expected.getAsJsonArray("sequences").get(0).getAsJsonArray();
      List<JsonElement> tokens = sequence.asList().subList(prompt.size(), sequence.size());
      assertThat(trimmed(line.getAsJsonArray("token_ids").asList()))
          .as("%s", expected.get("setting"))
          .isEqualTo(trimmed(tokens));
      if (expected.has("sequences_scores") && !expected.get("sequences_scores").isJsonNull()) {
        assertThat(line.get("score").getAsDouble())
            .isCloseTo(
                expected
                    .getAsJsonObject("sequences_scores")
                    .getAsJsonArray("data")
                    .get(0)
                    .getAsDouble(),
                within(1e-4));
      }
    }
  }

  private static List<Integer> trimmed(List<JsonElement> tokens) {
    List<Integer> ids = tokens.stream().map(JsonElement::getAsInt).toList();
    int end = ids.size();
    while (end > 0 && ids.get(end - 1) == PADDING) {
      end--;
    }
    return ids.subList(0, end);
  }

  @Test
  void refusesWhatNoOptionIsOrTakesByItsName() {
    CommandRun run =
        CommandRun.of(
            """
            {"id":1,"prompt":"I think","options":{"top_q":1}}
            {"id":2,"prompt":"I think","options":{"top_p":2}}
            {"id":3,"prompt":"I think","options":{"penalty_alpha":0.6}}
            {"id":4,"input_ids":"I think"}
            {"id":5,"prompt":"I think"}
            """,
            "generate",
            "--model",
            MODEL.toString(),
            "--max-new-tokens",
            "3");
    assertThat(run.status()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    assertThat(message(run, 0)).contains("unknown option 'top_q', did you mean 'top_k'?");
    assertThat(message(run, 1)).contains("'top_p' must be a number from 0 to 1, found 2");
    assertThat(message(run, 2)).contains("penalty_alpha 0.6 asks for contrastive search");
    assertThat(message(run, 3)).contains("'input_ids' must be a list of token ids");
    assertThat(run.lines().get(4).getAsJsonArray("token_ids")).hasSize(3);
    assertThat(run.lines().get(4).get("finish_reason").getAsString()).isEqualTo("length");
  }

  @Test
  void streamsPlainTextAndTellsFailuresApart() {
    String lines =
        """
        {"prompt":"I think","options":{"prompt_lookup_num_tokens":4}}
        {"prompt":"I think","options":{"top_p":2}}
        {"input_ids":[1,2,3]}
        """;
    String[] command = {"generate", "--model", MODEL.toString(), "--max-new-tokens", "12"};
    CommandRun whole = CommandRun.of(lines, command);
    String[] streaming = Arrays.copyOf(command, command.length + 3);
    streaming[command.length] = "--stream";
    streaming[command.length + 1] = "--assistant-model";
    streaming[command.length + 2] = MODEL.toString();
    CommandRun run = CommandRun.of(lines, streaming);
    assertThat(run.status()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    assertThat(run.out())
        .isEqualTo(
            whole.lines().get(0).get("text").getAsString()
                + "\n\n"
                + whole.lines().get(2).get("text").getAsString()
                + "\n");
    assertThat(run.messages()).isEqualTo("parlance: " + message(whole, 1));
  }

  @Test
  void holdsAnswersToWhatTheOptionsSay(@TempDir Path folder) throws IOException {
    Path schema = folder.resolve("schema.json");
    Files.writeString(
        schema, "{\"type\": \"array\", \"items\": {\"type\": \"boolean\"}, \"minItems\": 1}");
    CommandRun run =
        CommandRun.of(
            """
            {"prompt":"I think"}
            {"prompt":"I think","options":{"json_schema":null,"choices":["yes","no, sir"]}}
            {"prompt":"I think","options":{"json_schema":null,"regex":"[0-9]{4}"}}
            {"prompt":"I think","options":{"json_schema":{"const":{"a":1}}}}
            {"prompt":"I think","options":{"json_schema":{"not":{}}}}
            {"prompt":"I think","options":{"max_new_tokens":1}}
            """,
            "generate", "--model", MODEL.toString(), "--json_schema", schema.toString());
    assertThat(text(run, 0)).matches("\\[(true|false)(, ?(true|false))*]");
    assertThat(text(run, 1)).isIn("yes", "no, sir");
    assertThat(text(run, 2)).matches("[0-9]{4}");
    assertThat(text(run, 3)).isEqualTo("{\"a\":1}");
    assertThat(message(run, 4)).contains("the keyword 'not' cannot be enforced");
    assertThat(message(run, 5)).contains("the JSON schema cannot be met with 1 new tokens");
  }

  @Test
  void refusesAConstraintThatCannotBeEnforcedBeforeAnyLine() {
    for (String regex : new String[] {"(a)\\1", "a("}) {
      CommandRun run =
          CommandRun.of("{}", "generate", "--model", MODEL.toString(), "--regex", regex);
      assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
      assertThat(run.messages()).contains("option '--regex' is refused");
    }
    CommandRun run =
        CommandRun.of("{}", "generate", "--model", MODEL.toString(), "--json-schema", "no-file");
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains("cannot read no-file");
  }

  private static String text(CommandRun run, int line) {
    return run.lines().get(line).get("text").getAsString();
  }

  private static String message(CommandRun run, int line) {
    return run.lines().get(line).getAsJsonObject("error").get("message").getAsString();
  }

  @Test
  void cutsPromptsThatAreTooLongWhereThatIsAskedFor() {
    String prompt = "The book was good. ".repeat(30);
    CommandRun run =
        CommandRun.of(
            """
            {"prompt": "%1$s"}
            {"prompt": "%1$s", "options": {"truncation": true, "max_new_tokens": 4}}
            {"prompt": "I", "messages": [{"role": "user", "content": "I"}]}
            """
                .formatted(prompt),
            "generate",
            "--model",
            MODEL.toString());
    assertThat(run.status()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    assertThat(run.lines().get(0).toString()).contains("the model takes 64 with the answer");
    assertThat(run.lines().get(1).get("truncated").getAsBoolean()).isTrue();
    assertThat(run.lines().get(1).getAsJsonArray("token_ids")).isNotEmpty();
    assertThat(run.lines().get(2).toString())
        .contains("fields 'prompt' and 'messages' exclude each other; leave one out");
  }
}

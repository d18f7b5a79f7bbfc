package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are what the pipelines of transformers give. */
class TranslateCommandTest {
  @TempDir private static Path model;

  @BeforeAll
  static void copy() throws IOException {
    for (String folder : new String[] {"t5-encoder-decoder", "text2text-t5"}) {
      try (Stream<Path> files = Files.list(Fixtures.coreModel(folder))) {
        for (Path file : files.toList()) {
          Files.copy(
              file,
              model.resolve(file.getFileName().toString()),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static CommandRun run(String command, String lines, String... flags) {
    List<String> arguments = new ArrayList<>(List.of(command, "--model", model.toString()));
    arguments.addAll(List.of(flags));
    return CommandRun.of(lines, arguments.toArray(new String[0]));
  }

  @ParameterizedTest
  @CsvSource({
    "translate, translation",
    "translate, translation_en_to_de",
    "summarize, summarization",
  })
  void givesTheTextsOfTheReference(String command, String task) throws IOException {
    JsonArray cases =
        JsonParser.parseString(Files.readString(model.resolve("pipelines.json")))
            .getAsJsonObject()
            .getAsJsonArray("cases");
    StringBuilder lines = new StringBuilder();
    List<JsonElement> expected = new ArrayList<>();
    for (JsonElement element : cases) {
      JsonObject each = element.getAsJsonObject();
      JsonObject input = each.getAsJsonObject("input");
      if (each.get("task").getAsString().equals(task)
          && input.has("text")
          && !input.get("text").getAsString().isEmpty()) {
        JsonObject line = input.deepCopy();
        JsonObject options = each.getAsJsonObject("options").deepCopy();
        if (task.endsWith("_de")) {
          options.addProperty("src_lang", "en");
          options.addProperty("tgt_lang", "de");
        }
        line.add("options", options);
        lines.append(line).append('\n');
        expected.add(each.get("expected"));
      }
    }
    CommandRun run = run(command, lines.toString());
    assertThat(run.messages()).isEmpty();
    assertThat(run.status()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.lines()).hasSameSizeAs(expected).hasSize(9);
    for (int i = 0; i < expected.size(); i++) {
      JsonObject line = run.lines().get(i);
      JsonArray wanted = expected.get(i).getAsJsonArray();
      for (int rank = 0; rank < wanted.size(); rank++) {
        JsonElement value =
            wanted.get(rank).getAsJsonObject().entrySet().iterator().next().getValue();
        JsonObject found =
            line.has("sequences")
                ? line.getAsJsonArray("sequences").get(rank).getAsJsonObject()
                : line;
        if (value instanceof JsonArray tokens) {
          assertThat(found.getAsJsonArray("token_ids").asList())
              .isEqualTo(tokens.asList().subList(1, tokens.size()));
        } else {
          assertThat(found.get("text")).isEqualTo(value);
        }
      }
    }
  }

  @Test
  void aTextOfSeveralSentencesKeepsItsShapeAndNamesItsPieces() {
    CommandRun run =
        run(
            "translate",
            "{\"id\":7,\"text\":\"The movie was okay.\\n\\n \\tThe movie was okay.\"}\n",
            "--from",
            "en",
            "--to",
            "de");
    JsonObject line = run.lines().get(0);
    assertThat(line.get("id").getAsInt()).isEqualTo(7);
    assertThat(line.get("text").getAsString())
        .isEqualTo("das Film war gut.\n\n \tdas Film war gut.");
    JsonArray pieces = line.getAsJsonArray("pieces");
    assertThat(pieces).hasSize(2);
    JsonObject second = pieces.get(1).getAsJsonObject();
    assertThat(second.get("start").getAsInt()).isEqualTo(23);
    assertThat(second.get("end").getAsInt()).isEqualTo(42);
    assertThat(second.get("text").getAsString()).isEqualTo("das Film war gut.");
    assertThat(second.get("finish_reason").getAsString()).isEqualTo("eos_token");
    assertThat(line.get("finish_reason").getAsString()).isEqualTo("eos_token");
    assertThat(line.get("src_lang").getAsString()).isEqualTo("en");
    assertThat(line.get("tgt_lang").getAsString()).isEqualTo("de");
    JsonObject cut =
        run(
                "translate",
                "{\"text\":\"The movie was okay.\\nThe movie was okay.\","
                    + "\"options\":{\"max_new_tokens\":4}}\n")
            .lines()
            .get(0);
    assertThat(cut.get("finish_reason").getAsString()).isEqualTo("length");
  }

  @Test
  void whatIsToBeKeptIsThere() {
    CommandRun run =
        run(
            "translate",
            "{\"text\":\"The {name} movie was okay, see https://example.com/?a.\"}\n",
            "--to",
            "de",
            "--protect",
            "placeholders,urls");
    assertThat(run.lines().get(0).get("text").getAsString())
        .contains("{name}", "https://example.com/?a");
  }

  @Test
  void textAndTokensCanBeMixed() {
    CommandRun run =
        run(
            "translate",
            """
            {"text":"The movie was okay."}
            {"input_ids":[207,103,147,8,4,63,48,36,156,7,107,145,1]}
            {"text":""}
            """);
    assertThat(run.status()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.lines().get(0).get("token_ids")).isEqualTo(run.lines().get(1).get("token_ids"));
    assertThat(run.lines().get(2).get("text").getAsString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"text":"a","options":{"tgt_lang":"xx"}} | does not translate to 'xx'; it knows de
          {"text":"a","options":{"src_lang":"en","from":"de","to":"de"}} | 'src_lang' and 'from' are the same
          {"text":"a","options":{"protect":["names"]}} | may have placeholders, urls, email_addresses, found 'names'
          {"text":"a","options":{"splitting":"words"}} | must be one of sentences, longest, none
          {"input_ids":[1],"options":{"to":"de"}} | 'to' is for texts
          {"text":"a","options":{"top_p":2}} | 'top_p' must be
          {"text":5} | field 'text' must be a string
          """)
  void aLineThatCannotBeAnsweredSaysWhy(String line, String message) {
    CommandRun run = run("translate", line + "\n{\"text\":\"The movie was okay.\"}\n");
    assertThat(run.status()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    assertThat(run.lines().get(0).getAsJsonObject("error").get("message").getAsString())
        .contains(message);
    assertThat(run.lines().get(1).has("text")).isTrue();
  }

  @Test
  void aModelWithoutEncoderFailsTheRun() {
    CommandRun run =
        CommandRun.of(
            "{\"text\":\"a\"}\n",
            "translate",
            "--model",
            Fixtures.coreModel("gpt2-with-past").toString());
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains("has no encoder_model.onnx");
  }
}

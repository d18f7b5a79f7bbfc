package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class FillMaskAndRankTest {

  @Test
  void fillMaskGivesAListForOneMaskAndAListOfListsForSeveral() {
    CommandRun run =
        CommandRun.of(
            "{\"text\":\"The movie was <mask>.\"}\n"
                + "{\"text\":\"<mask> was <mask>.\",\"options\":{\"targets\":\"Ġwas,Ġthe\"}}\n"
                + "{\"text\":\"No mask.\"}\n"
                + "{\"text\":\"<mask>\",\"options\":{\"tokenizer_kwargs\":{\"max_len\":1}}}\n"
                + "{\"text\":\"<mask> a a a a a\","
                + "\"options\":{\"tokenizer_kwargs\":{\"truncation\":true,\"max_length\":4}}}\n",
            "fill-mask",
            "--top-k",
            "2",
            "--model",
            Fixtures.coreModel("fillmask-roberta").toString());
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    List<JsonObject> lines = run.lines();
    JsonObject best = lines.get(0).getAsJsonArray("predictions").get(0).getAsJsonObject();
    assertThat(best.keySet()).containsExactly("token", "token_id", "score", "sequence");
    assertThat(lines.get(0).getAsJsonArray("predictions")).hasSize(2);
    assertThat(lines.get(1).getAsJsonArray("predictions"))
        .hasSize(2)
        .allSatisfy(mask -> assertThat(mask.getAsJsonArray()).hasSize(2));
    assertThat(message(lines.get(2))).contains("write <mask>");
    assertThat(message(lines.get(3)))
        .contains("'tokenizer_kwargs' may have only truncation, max_length");
    assertThat(lines.get(4).get("truncated").getAsBoolean()).isTrue();
  }

  @Test
  void rankGivesTheDocumentsOfEachLineBestFirst() {
    CommandRun run =
        CommandRun.of(
            "{\"query\":\"Who?\",\"documents\":[\"John works.\",\"\",\"Anna lives in Rome.\"]}\n"
                + "{\"query\":\"Who?\",\"documents\":[]}\n"
                + "{\"query\":\"Who?\",\"documents\":\"John\"}\n"
                + "{\"query\":\"Who?\"}\n"
                + "{\"query\":\"Who?\",\"documents\":[\"a\",\"b\"],\"options\":{\"top_k\":1}}\n",
            "rank",
            "--model",
            Fixtures.coreModel("rerank-bert").toString());
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    List<JsonObject> lines = run.lines();
    List<JsonObject> ranking =
        lines.get(0).getAsJsonArray("ranking").asList().stream()
            .map(each -> each.getAsJsonObject())
            .toList();
    assertThat(ranking)
        .extracting(each -> each.get("index").getAsInt())
        .containsExactlyInAnyOrder(0, 1, 2);
    assertThat(ranking)
        .isSortedAccordingTo(
            (a, b) -> Double.compare(b.get("score").getAsDouble(), a.get("score").getAsDouble()));
    assertThat(lines.get(1).getAsJsonArray("ranking")).isEmpty();
    assertThat(message(lines.get(2))).contains("field 'documents' must be a list of strings");
    assertThat(message(lines.get(3)))
        .contains("field 'documents' must be a list of strings, found none");
    assertThat(lines.get(4).getAsJsonArray("ranking")).hasSize(1);
  }

  private static String message(JsonObject line) {
    return line.getAsJsonObject("error").get("message").getAsString();
  }
}

package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerCommandTest {
  private static final String MODEL = Fixtures.coreModel("qa-roberta").toString();

  @Test
  void answersInOrderWithTheirOwnOptions() {
    String context = "😀 Anna lives in Rome. Renée lives in Berlin.";
    String fields = "\"question\":\"Who lives in Berlin?\",\"context\":\"" + context + "\"";
    CommandRun run =
        CommandRun.of(
            "{\"id\":1,"
                + fields
                + "}\n"
                + "{\"id\":2,"
                + fields
                + ",\"options\":{\"top_k\":3,\"handle_impossible_answer\":true}}\n"
                + "{\"id\":3,\"question\":\"\",\"context\":\"a\"}\n"
                + "{\"id\":4,"
                + fields
                + ",\"options\":{\"top_k\":0}}\n"
                + "{\"id\":5,\"question\":\"Who?\"}\n",
            "answer",
            "--model",
            MODEL);
    assertThat(run.status()).isEqualTo(ExitStatus.SOME_LINES_FAILED);
    List<JsonObject> lines = run.lines();
    assertThat(lines)
        .extracting(line -> line.has("error"))
        .containsExactly(false, false, true, true, true);
    JsonArray best = lines.get(0).getAsJsonArray("answers");
    assertThat(best).hasSize(1);
    JsonObject answer = best.get(0).getAsJsonObject();
    assertThat(answer.keySet()).containsExactly("text", "score", "start", "end");
    assertThat(context.substring(answer.get("start").getAsInt(), answer.get("end").getAsInt()))
        .isEqualTo(answer.get("text").getAsString());
    assertThat(lines.get(1).getAsJsonArray("answers")).hasSize(3).contains(answer);
    assertThat(lines.get(4).getAsJsonObject("error").get("message").getAsString())
        .contains("field 'context' is missing");
  }
}

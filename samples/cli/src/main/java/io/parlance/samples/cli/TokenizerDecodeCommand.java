package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** Turns token ids back into text. */
@Command(
    name = "decode",
    description = {
      "Turns token ids into text.",
      "A line in: {\"token_ids\"}; a line out: {\"text\"}."
    })
final class TokenizerDecodeCommand extends TokenizerLineCommand {

  private static final TaskOptions OPTIONS =
      new TaskOptions(
          TaskOption.flag(
              "skip_special_tokens", "Whether special tokens are left out (not by default)."));

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  List<JsonObject> answer(Tokenizer tokenizer, List<Line> lines, JsonObject options) {
    boolean skip = TaskOptions.flag(options, "skip_special_tokens", false);
    List<JsonObject> answers = new ArrayList<>(lines.size());
    for (Line line : lines) {
      JsonObject answer = new JsonObject();
      answer.addProperty("text", tokenizer.decode(tokenIds(line), skip));
      answers.add(answer);
    }
    return answers;
  }

  private static long[] tokenIds(Line line) {
    JsonElement ids = line.fields().get("token_ids");
    if (!(ids instanceof JsonArray array)) {
      throw new InvalidLineException(
          "field 'token_ids' must be a list of whole numbers"
              + (ids == null ? "; it is missing" : ", found " + Json.excerpt(ids)));
    }
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      try {
        values[i] = array.get(i).getAsBigDecimal().longValueExact();
      } catch (ArithmeticException
          | IllegalStateException
          | UnsupportedOperationException
          | NumberFormatException e) {
        throw new InvalidLineException(
            "field 'token_ids' must hold whole numbers, found " + Json.excerpt(array.get(i)));
      }
    }
    return values;
  }
}

package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.Truncation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Shows how a tokenizer splits texts. */
@Command(
    name = "encode",
    description = {
      "Shows the tokens of texts.",
      "A line in: {\"text\", \"text_pair\"?}; a line out: {\"token_ids\", \"tokens\", "
          + "\"type_ids\", \"offsets\", \"truncated\"}; offsets count UTF-16 units."
    })
final class TokenizerEncodeCommand extends TokenizerLineCommand {

  private static final TaskOptions OPTIONS =
      new TaskOptions(
          TruncationOptions.TRUNCATION,
          TruncationOptions.MAX_LENGTH,
          TaskOption.flag(
              "add_special_tokens", "Whether special tokens such as [CLS] are added (default)."));

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  List<JsonObject> answer(Tokenizer tokenizer, List<Line> lines, JsonObject options) {
    EncodingOptions encoding = encodingOptions(tokenizer, options);
    return lines.stream().map(line -> describe(encode(tokenizer, line, encoding))).toList();
  }

  private static EncodingOptions encodingOptions(Tokenizer tokenizer, JsonObject options) {
    EncodingOptions encoding =
        EncodingOptions.DEFAULT.withSpecialTokens(
            TaskOptions.flag(options, "add_special_tokens", true));
    Truncation truncation = TruncationOptions.truncation(options);
    if (truncation == null || truncation == Truncation.DO_NOT_TRUNCATE) {
      return encoding;
    }
    Integer length = TaskOptions.wholeNumber(options, "max_length");
    return encoding.withTruncation(
        truncation, length == null ? tokenizer.modelMaxLength().orElse(Integer.MAX_VALUE) : length);
  }

  private static Encoding encode(Tokenizer tokenizer, Line line, EncodingOptions options) {
    String text = line.text("text");
    @Nullable String pair = line.optionalText("text_pair");
    return pair == null ? tokenizer.encode(text, options) : tokenizer.encode(text, pair, options);
  }

  private static JsonObject describe(Encoding encoding) {
    JsonArray ids = new JsonArray();
    JsonArray tokens = new JsonArray();
    JsonArray types = new JsonArray();
    JsonArray offsets = new JsonArray();
    for (int i = 0; i < encoding.length(); i++) {
      ids.add(encoding.id(i));
      tokens.add(encoding.token(i));
      types.add(encoding.typeId(i));
      JsonArray span = new JsonArray(2);
      span.add(encoding.start(i));
      span.add(encoding.end(i));
      offsets.add(span);
    }
    JsonObject answer = new JsonObject();
    answer.add("token_ids", ids);
    answer.add("tokens", tokens);
    answer.add("type_ids", types);
    answer.add("offsets", offsets);
    answer.addProperty("truncated", encoding.truncated());
    return answer;
  }
}

package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.FinishReason;
import io.parlance.GeneratedText;
import io.parlance.Generation;

/** How written text goes in and out of lines. */
final class GenerationAnswer {
  private GenerationAnswer() {}

  /** Token ids that a line has in place of a text. */
  static int[] tokens(Line line) {
    JsonElement given = line.fields().get("input_ids");
    if (!(given instanceof JsonArray list)) {
      throw new InvalidLineException(
          "field 'input_ids' must be a list of token ids, found " + Json.excerpt(given));
    }
    int[] tokens = new int[list.size()];
    for (int i = 0; i < tokens.length; i++) {
      try {
        tokens[i] = ((JsonPrimitive) list.get(i)).getAsBigDecimal().intValueExact();
      } catch (ArithmeticException | NumberFormatException | ClassCastException e) {
        throw new InvalidLineException(
            "field 'input_ids' must be a list of token ids, found "
                + Json.excerpt(list.get(i))
                + " in it");
      }
    }
    return tokens;
  }

  static JsonObject describe(Generation generation) {
    JsonObject answer = describe(generation.best());
    answer.addProperty("finish_reason", reason(generation.finishReason()));
    if (generation.sequences().size() > 1) {
      JsonArray sequences = new JsonArray();
      generation.sequences().forEach(each -> sequences.add(describe(each)));
      answer.add("sequences", sequences);
    }
    if (generation.truncated()) {
      answer.addProperty("truncated", true);
    }
    return answer;
  }

  private static JsonObject describe(GeneratedText text) {
    JsonObject sequence = new JsonObject();
    sequence.addProperty("text", text.text());
    JsonArray tokens = new JsonArray();
    text.tokenIds().forEach(tokens::add);
    sequence.add("token_ids", tokens);
    if (!Double.isNaN(text.score())) {
      sequence.add("score", Json.number(text.score()));
    }
    return sequence;
  }

  static String reason(FinishReason reason) {
    return switch (reason) {
      case END_TOKEN -> "eos_token";
      case LENGTH -> "length";
      case STOP_STRING -> "stop_string";
      case TIME -> "max_time";
      case CONDITION -> "condition";
    };
  }
}

package io.parlance.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Scores after the processors of transformers 4.48, in its order. */
class ReferenceProcessorsTest {
  private static final int DEFAULT_MAX_LENGTH = 50;
  private static final float TOLERANCE = 1e-5f;

  private final JsonObject reference = reference();

  private static JsonObject reference() {
    try (Reader reader =
        new InputStreamReader(
            Objects.requireNonNull(
                ReferenceProcessorsTest.class.getResourceAsStream("logits_processors.json")),
            StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(reader).getAsJsonObject();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> scoresAreThoseOfTheReference() {
    return reference.getAsJsonArray("cases").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.get("name").getAsString() + " " + each.get("logits_row").getAsString(),
                    () -> check(each)));
  }

  private void check(JsonObject each) {
    JsonObject settings = each.getAsJsonObject("kwargs").deepCopy();
    if (!settings.has("max_length")) {
      settings.addProperty("max_length", DEFAULT_MAX_LENGTH);
    }
    if (!settings.has("eos_token_id")) {
      settings.add("eos_token_id", reference.get("eos_token_id"));
    }
    int[] ids = ints(each.getAsJsonArray("input_ids"));
    int prompt = each.get("prompt_length").getAsInt();
    int[] start = Arrays.copyOf(ids, prompt);
    TokenSequence sequence = new TokenSequence(start);
    for (int i = prompt; i < ids.length; i++) {
      sequence.add(ids[i]);
    }
    float[] scores = row(each.get("logits_row").getAsString());
    GenerationRequest.of(start, GenerationOptions.parse(settings))
        .build()
        .processors()
        .forEach(processor -> processor.process(scores, sequence));
    float[] probabilities = new float[scores.length];
    Distribution.softmax(scores, probabilities);
    float[] expected = floats(each.getAsJsonObject("processed"));
    float[] expectedProbabilities = floats(each.getAsJsonObject("probabilities"));
    if (each.get("logits_row").getAsString().startsWith("ties")) {
      // the reference sorts by an algorithm that is not stable: how many of equal scores stay is
      // defined, which of them is not
      Stream.of(scores, probabilities, expected, expectedProbabilities).forEach(Arrays::sort);
    }
    assertClose(scores, expected);
    assertClose(probabilities, expectedProbabilities);
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      if (Float.isInfinite(expected[i])) {
        assertThat(actual[i]).as("score %d", i).isEqualTo(expected[i]);
      } else {
        assertThat(actual[i]).as("score %d", i).isCloseTo(expected[i], within(TOLERANCE));
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> processorsOfContextGiveTheScoresOfTheReference() {
    return reference.getAsJsonArray("context_processors").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .map(
            each -> DynamicTest.dynamicTest(each.get("name").getAsString(), () -> inContext(each)));
  }

  private void inContext(JsonObject each) {
    float[] scores = floats(each.getAsJsonObject("scores"));
    float[] expected = floats(each.getAsJsonObject("processed"));
    int vocabulary = reference.get("vocab_size").getAsInt();
    List<Float> actual = new ArrayList<>();
    for (int from = 0; from < scores.length; from += vocabulary) {
      float[] one = Arrays.copyOfRange(scores, from, from + vocabulary);
      TokenSequence sequence =
          new TokenSequence(
              each.has("input_ids") ? ints(each.getAsJsonArray("input_ids")) : new int[] {0});
      processor(each).process(one, sequence);
      for (float score : one) {
        actual.add(score);
      }
    }
    float[] flat = new float[expected.length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = actual.get(i);
    }
    assertClose(flat, expected);
  }

  private static LogitsProcessor processor(JsonObject each) {
    String name = each.get("name").getAsString();
    if (name.equals("hamming_diversity")) {
      DiversityPenalty penalty = new DiversityPenalty(each.get("diversity_penalty").getAsDouble());
      int groupSize = each.get("num_beams").getAsInt() / each.get("num_beam_groups").getAsInt();
      penalty.taken(
          ints(each.getAsJsonArray("current_tokens")),
          each.get("beam_group_idx").getAsInt() * groupSize);
      return penalty;
    }
    int[] source = ints(each.getAsJsonArray("encoder_input_ids"));
    JsonObject arguments = each.getAsJsonObject("args");
    return switch (name) {
      case "encoder_repetition_penalty_1.5" -> RepetitionProcessors.encoderRepetition(1.5, source);
      case "encoder_no_repeat_ngram_2" -> RepetitionProcessors.noRepeatOfSource(2, source);
      case "forced_bos_at_length_1" ->
          TokenProcessors.forceAt(1, new int[] {arguments.get("forced_bos_token_id").getAsInt()});
      case "suppress_at_begin" ->
          TokenProcessors.suppressAt(
              arguments.get("begin_index").getAsInt(), ints(arguments.getAsJsonArray("suppress")));
      default -> throw new AssertionError(name);
    };
  }

  private float[] row(String name) {
    int bracket = name.indexOf('[');
    float[] all =
        floats(reference.getAsJsonObject("logits").getAsJsonObject(name.substring(0, bracket)));
    int row = Integer.parseInt(name.substring(bracket + 1, name.length() - 1));
    int vocabulary = reference.get("vocab_size").getAsInt();
    return Arrays.copyOfRange(all, row * vocabulary, (row + 1) * vocabulary);
  }

  private static float[] floats(JsonObject tensor) {
    JsonArray data = tensor.getAsJsonArray("data");
    float[] values = new float[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.parseFloat(data.get(i).getAsString());
    }
    return values;
  }

  private static int[] ints(JsonArray array) {
    return array.asList().stream().mapToInt(JsonElement::getAsInt).toArray();
  }
}

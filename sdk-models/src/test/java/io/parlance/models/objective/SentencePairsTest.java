package io.parlance.models.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.models.objective.SentencePairs.Objective;
import io.parlance.models.objective.SentencePairs.Pair;
import io.parlance.models.objective.SentencePairs.Plan;
import io.parlance.models.random.CounterRandom;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SentencePairsTest {

  @Test
  void pairsAreThoseOfTheReference() throws IOException {
    JsonArray cases = TokenMaskingTest.golden("sentence-pairs").getAsJsonArray("cases");
    assertThat(cases).hasSize(5);
    for (JsonElement element : cases) {
      JsonObject input = element.getAsJsonObject().getAsJsonObject("input");
      JsonObject expected = element.getAsJsonObject().getAsJsonObject("expected");
      List<List<String>> texts = new ArrayList<>();
      input.getAsJsonArray("documents").forEach(document -> texts.add(strings(document)));
      List<List<int[]>> documents = new ArrayList<>();
      for (int d = 0; d < texts.size(); d++) {
        int number = d * 10;
        documents.add(
            IntStream.range(number, number + texts.get(d).size())
                .mapToObj(id -> new int[] {id})
                .toList());
      }
      Plan plan = plan(input, documents);
      assertThat(names(plan.first(), texts)).isEqualTo(strings(expected.get("a")));
      assertThat(names(plan.second(), texts)).isEqualTo(strings(expected.get("b")));
      assertThat(plan.label()).isEqualTo(expected.get("label").getAsInt());
      if (expected.has("next_unused")) {
        assertThat(plan.nextSentence()).isEqualTo(expected.get("next_unused").getAsInt());
      }
    }
  }

  private static Plan plan(JsonObject input, List<List<int[]>> documents) {
    List<int[]> document = documents.get(input.get("document").getAsInt());
    JsonArray first = input.getAsJsonArray("first_part_sentences");
    int start = first.get(0).getAsInt();
    int split = start + first.size();
    if (input.has("random_doc")) {
      List<int[]> other = documents.get(input.get("random_doc").getAsInt());
      return SentencePairs.random(
          document, start, split, other, input.get("random_start").getAsInt(), 100);
    }
    boolean order = input.get("objective").getAsString().equals("sop");
    return SentencePairs.consecutive(
        document,
        start,
        split,
        document.size(),
        order ? Objective.SENTENCE_ORDER : Objective.NEXT_SENTENCE,
        order && input.get("swap").getAsBoolean());
  }

  @Test
  void labelsAreEvenAndSegmentsComeFromWhereTheySay() {
    List<List<int[]>> documents = documents(3000);
    for (Objective objective : Objective.values()) {
      List<Pair> pairs = new SentencePairs(objective, 40, 0.1).of(documents, CounterRandom.of(4));
      assertThat(pairs.size()).isGreaterThan(7000);
      double positive = pairs.stream().mapToInt(Pair::label).average().orElseThrow();
      int shorter = 0;
      for (Pair pair : pairs) {
        assertThat(pair.first()).isNotEmpty();
        assertThat(pair.second()).isNotEmpty();
        assertThat(pair.first().length + pair.second().length).isLessThanOrEqualTo(40);
        shorter += pair.first().length + pair.second().length < 20 ? 1 : 0;
        boolean sameDocument = pair.first()[0] / 1000 == pair.second()[0] / 1000;
        if (objective == Objective.NEXT_SENTENCE) {
          assertThat(sameDocument).isEqualTo(pair.label() == 0);
        } else {
          assertThat(sameDocument).isTrue();
          assertThat(pair.second()[0] < pair.first()[0]).isEqualTo(pair.label() == 1);
        }
      }
      // a last single sentence always gets a random partner, so there are a few more of those
      double expected = objective == Objective.NEXT_SENTENCE ? 0.58 : 0.5;
      assertThat(positive)
          .isCloseTo(expected, within(objective == Objective.NEXT_SENTENCE ? 0.08 : 0.02));
      assertThat((double) shorter / pairs.size()).isBetween(0.02, 0.3);
    }
  }

  @Test
  void pairsFollowFromTheGenerator() {
    SentencePairs pairs = new SentencePairs(Objective.NEXT_SENTENCE, 30, 0.1);
    List<Pair> once = pairs.of(documents(20), CounterRandom.of(4));
    List<Pair> again = pairs.of(documents(20), CounterRandom.of(4));
    List<Pair> other = pairs.of(documents(20), CounterRandom.of(5));
    assertThat(text(once)).isEqualTo(text(again)).isNotEqualTo(text(other));
  }

  @Test
  void oneDocumentHasNoOther() {
    assertThatThrownBy(
            () ->
                new SentencePairs(Objective.NEXT_SENTENCE, 30, 0.1)
                    .of(documents(1), CounterRandom.of(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least two documents with sentences, found 1");
  }

  private static String text(List<Pair> pairs) {
    return pairs.stream()
        .map(pair -> Arrays.toString(pair.first()) + Arrays.toString(pair.second()) + pair.label())
        .toList()
        .toString();
  }

  /**
   * Documents of 1 to 30 sentences of 1 to 12 tokens; token ids are 1000 * document + running
   * number.
   */
  private static List<List<int[]>> documents(int count) {
    List<List<int[]>> documents = new ArrayList<>();
    for (int d = 0; d < count; d++) {
      CounterRandom random = CounterRandom.of(6).fork(d);
      List<int[]> sentences = new ArrayList<>();
      int token = 1000 * d;
      for (int s = 0; s < 1 + random.below(30, 0); s++) {
        int length = 1 + random.below(12, s + 1);
        sentences.add(IntStream.range(token, token + length).toArray());
        token += length;
      }
      documents.add(sentences);
    }
    return documents;
  }

  private static List<String> names(List<int[]> sentences, List<List<String>> texts) {
    return sentences.stream().map(s -> texts.get(s[0] / 10).get(s[0] % 10)).toList();
  }

  private static List<String> strings(JsonElement array) {
    return array.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList();
  }
}

package io.parlance.models.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.models.Goldens;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** K-BERT's and KG-BERT's inputs as their authors' code makes them. */
class KnowledgeInputsTest {

  private static List<JsonObject> cases(String name) throws IOException {
    return JsonParser.parseString(
            Files.readString(Goldens.folder("objectives").resolve(name + ".json")))
        .getAsJsonObject()
        .getAsJsonArray("cases")
        .asList()
        .stream()
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  private static List<String> texts(JsonElement array) {
    return array.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList();
  }

  private static int[] numbers(JsonElement array) {
    return array.getAsJsonArray().asList().stream().mapToInt(JsonElement::getAsInt).toArray();
  }

  /** Numbers tokens as they come. */
  private static final class Vocabulary {
    private final Map<String, Integer> ids = new LinkedHashMap<>();

    int id(String token) {
      Integer known = ids.putIfAbsent(token, ids.size());
      return known == null ? ids.size() - 1 : known;
    }

    int[] ids(List<String> tokens) {
      return tokens.stream().mapToInt(this::id).toArray();
    }
  }

  @Test
  void sentenceTrees() throws IOException {
    for (JsonObject golden : cases("kbert-sentence-tree")) {
      String name = golden.get("name").getAsString();
      JsonObject input = golden.getAsJsonObject("input");
      JsonObject expected = golden.getAsJsonObject("expected");
      Vocabulary vocabulary = new Vocabulary();
      List<SentenceTree.Word> words = new ArrayList<>();
      for (JsonElement word : input.getAsJsonArray("words")) {
        JsonObject each = word.getAsJsonObject();
        words.add(
            new SentenceTree.Word(
                each.get("surface").getAsString(), vocabulary.ids(texts(each.get("pieces")))));
      }
      Map<String, List<int[]>> knowledge = new LinkedHashMap<>();
      input
          .getAsJsonObject("knowledge")
          .asMap()
          .forEach(
              (surface, facts) ->
                  knowledge.put(
                      surface,
                      facts.getAsJsonArray().asList().stream()
                          .map(fact -> vocabulary.ids(texts(fact)))
                          .toList()));
      SentenceTree tree =
          new SentenceTree(
              input.get("max_entities").getAsInt(),
              input.get("max_length").getAsInt(),
              vocabulary.id(input.get("pad_token").getAsString()));
      SentenceTree.Tokens tokens = tree.grow(words, knowledge);
      assertThat(tokens.ids()).as(name).isEqualTo(vocabulary.ids(texts(expected.get("tokens"))));
      assertThat(tokens.length()).as(name).isEqualTo(expected.get("real_length").getAsInt());
      Map<String, Tensor> inputs = tree.collate(List.of(tokens, tokens));
      assertRows(inputs, "position_ids", expected.get("soft_position_ids"), name);
      assertRows(inputs, "token_type_ids", expected.get("segment_ids"), name);
      assertRows(
          inputs, "attention_mask", expected.getAsJsonObject("visible_matrix").get("data"), name);
      inputs.values().forEach(Tensor::close);
    }
  }

  /** Both rows are the expected one. */
  private static void assertRows(
      Map<String, Tensor> inputs, String input, JsonElement expected, String name) {
    long[] row = Arrays.stream(numbers(expected)).asLongStream().toArray();
    long[] both = Objects.requireNonNull(inputs.get(input)).toLongArray();
    assertThat(both).as("%s of %s", input, name).hasSize(2 * row.length).startsWith(row);
    assertThat(both).as("%s of %s", input, name).endsWith(row);
  }

  @Test
  void triplesAndPairs() throws IOException {
    for (JsonObject golden : cases("kgbert-inputs")) {
      String name = golden.get("name").getAsString();
      JsonObject input = golden.getAsJsonObject("input");
      JsonObject expected = golden.getAsJsonObject("expected");
      Vocabulary vocabulary = new Vocabulary();
      int pad = vocabulary.id("[PAD]");
      KnowledgeTriples triples =
          new KnowledgeTriples(
              vocabulary.id("[CLS]"), vocabulary.id("[SEP]"), input.get("max_length").getAsInt());
      int[] head = vocabulary.ids(texts(input.get("head")));
      int[] tail = vocabulary.ids(texts(input.get("tail")));
      TokenSequence sequence =
          input.has("relation")
              ? triples.triple(head, vocabulary.ids(texts(input.get("relation"))), tail)
              : triples.pair(head, tail);
      int[] ids = vocabulary.ids(texts(expected.get("tokens")));
      int[] segments = numbers(expected.get("token_type_ids"));
      int length = Arrays.stream(numbers(expected.get("attention_mask"))).sum();
      assertThat(sequence.length()).as(name).isEqualTo(length);
      for (int i = 0; i < ids.length; i++) {
        assertThat(i < length ? sequence.id(i) : pad).as("%s, token %d", name, i).isEqualTo(ids[i]);
        assertThat(i < length ? sequence.segment(i) : 0)
            .as("%s, segment %d", name, i)
            .isEqualTo(segments[i]);
      }
    }
  }

  @Test
  void aTailThatIsUsedUpIsLeft() {
    int[] long3 = {7, 8, 9};
    TokenSequence sequence = new KnowledgeTriples(1, 2, 6).triple(long3, long3, new int[0]);
    assertThat(sequence.length()).isEqualTo(6);
  }

  @Test
  void refusesLengthsWithoutRoom() {
    assertThatThrownBy(() -> new KnowledgeTriples(1, 2, 4)).hasMessageContaining("length of 4");
    assertThatThrownBy(() -> new SentenceTree(2, 0, 0)).hasMessageContaining("0 tokens");
  }
}

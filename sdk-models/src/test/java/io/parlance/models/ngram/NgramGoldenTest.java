package io.parlance.models.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.models.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Probabilities of a small text under every smoothing, as another implementation has them. */
class NgramGoldenTest {

  private static final double RELATIVE = 1e-9;

  @TempDir private Path folder;

  record Case(String name, JsonObject expected) {
    @Override
    public String toString() {
      return name;
    }

    int order() {
      return name.charAt(name.length() - "1gram".length()) - '0';
    }

    NgramSmoothing smoothing() {
      String kind = name.substring(0, name.length() - "_1gram".length());
      return switch (kind) {
        case "mle" -> NgramSmoothing.maximumLikelihood();
        case "laplace" -> NgramSmoothing.laplace();
        case "lidstone_0_1" -> NgramSmoothing.lidstone(0.1);
        case "jelinek_mercer" -> NgramSmoothing.jelinekMercer(List.of(.05, .2, .3, .45));
        case "kneser_ney" -> NgramSmoothing.kneserNey();
        case "modified_kneser_ney" -> NgramSmoothing.modifiedKneserNey();
        default -> throw new IllegalArgumentException(kind);
      };
    }
  }

  static Stream<Case> cases() throws IOException {
    return read("expected.json").getAsJsonObject("cases").entrySet().stream()
        .map(entry -> new Case(entry.getKey(), entry.getValue().getAsJsonObject()));
  }

  private static JsonObject read(String file) throws IOException {
    Path path = Goldens.folder("training/ngram-small").resolve(file);
    return JsonParser.parseString(Files.readString(path)).getAsJsonObject();
  }

  private static List<String> texts(String name) throws IOException {
    return read("inputs.json").getAsJsonArray(name).asList().stream()
        .map(JsonElement::getAsString)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheReferencesProbabilities(Case example) throws IOException {
    check(trained(example), example);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isTheSameModelAfterWritingAndReading(Case example) throws IOException {
    trained(example).save(folder);
    check(NgramLanguageModel.load(folder), example);
  }

  private static NgramLanguageModel trained(Case example) throws IOException {
    NgramTrainer trainer = new NgramTrainer(example.order(), example.smoothing());
    texts("train").forEach(trainer::add);
    return trainer.train();
  }

  private static void check(NgramLanguageModel model, Case example) throws IOException {
    // the outcomes that the reference counts, and the start of the sentence
    assertThat(model.vocabulary())
        .hasSize(read("inputs.json").get("vocabulary_size").getAsInt() + 1);
    for (JsonElement query : example.expected().getAsJsonArray("queries")) {
      List<String> context =
          query.getAsJsonObject().getAsJsonArray("context").asList().stream()
              .map(JsonElement::getAsString)
              .toList();
      String word = query.getAsJsonObject().get("word").getAsString();
      assertEqual(
          model.probability(context, word),
          query.getAsJsonObject().get("p"),
          word + " after " + context);
    }
    JsonObject test = example.expected().getAsJsonObject("test");
    List<Double> found = new ArrayList<>();
    NgramScore score = NgramScore.NOTHING;
    for (String text : texts("test")) {
      List<String> words = List.of(text.split(" "));
      score = score.plus(model.score(words));
      List<String> seen = new ArrayList<>();
      for (int i = 0; i < model.opening().length; i++) {
        seen.add("<s>");
      }
      for (int i = 0; i <= words.size(); i++) {
        String word = i < words.size() ? words.get(i) : "</s>";
        found.add(model.probability(seen, word));
        seen.add(word);
      }
    }
    JsonArray expected = test.getAsJsonArray("probabilities");
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertEqual(found.get(i), expected.get(i), "test token " + i);
    }
    assertThat(score.sentences()).isEqualTo(texts("test").size());
    assertThat(score.tokens()).isEqualTo(test.get("tokens").getAsLong());
    assertThat(score.unknownTokens()).isEqualTo(test.get("oov").getAsLong());
    assertEqual(score.logProbability(), test.get("log_prob_sum"), "log_prob_sum");
    assertEqual(score.perplexity(), test.get("perplexity"), "perplexity");
  }

  private static void assertEqual(double found, JsonElement expected, String what) {
    if (expected.isJsonNull()) {
      assertThat(found).as(what).isNaN();
    } else if (expected.getAsString().endsWith("Infinity")) {
      assertThat(found).as(what).isEqualTo(Double.parseDouble(expected.getAsString()));
    } else {
      double value = expected.getAsDouble();
      assertThat(found).as(what).isCloseTo(value, within(RELATIVE * Math.abs(value)));
    }
  }
}

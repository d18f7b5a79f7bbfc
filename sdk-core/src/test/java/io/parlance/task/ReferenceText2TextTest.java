package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.GeneratedText;
import io.parlance.Generation;
import io.parlance.Nlp;
import io.parlance.Summary;
import io.parlance.TestModels;
import io.parlance.Translation;
import io.parlance.generation.GenerationOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The summarization, text2text-generation and translation pipelines of transformers 4.34. */
class ReferenceText2TextTest {
  private static final Set<String> OF_THE_PIPELINE =
      Set.of("truncation", "clean_up_tokenization_spaces", "return_tensors");

  @TempDir private static Path folder;
  private static Nlp nlp;

  @BeforeAll
  static void load() throws IOException {
    String model = SequenceModels.prefixes(folder).toString();
    nlp = Nlp.builder().translator(model).summarizer(model).textToText(model).build();
  }

  @AfterAll
  static void close() {
    nlp.close();
  }

  private record Case(JsonObject json) {
    List<String> texts() {
      JsonObject input = json.getAsJsonObject("input");
      return input.has("texts")
          ? input.getAsJsonArray("texts").asList().stream().map(JsonElement::getAsString).toList()
          : List.of(input.get("text").getAsString());
    }

    boolean flag(String name) {
      return json.getAsJsonObject("options").has(name)
          && json.getAsJsonObject("options").get(name).getAsBoolean();
    }

    GenerationOptions options() {
      JsonObject options = json.getAsJsonObject("options").deepCopy();
      OF_THE_PIPELINE.forEach(options::remove);
      return GenerationOptions.parse(options);
    }

    @Override
    public String toString() {
      return json.get("name").getAsString();
    }
  }

  static Stream<Case> cases() throws IOException {
    return TestModels.json("text2text-t5", "pipelines.json")
        .getAsJsonArray("cases")
        .asList()
        .stream()
        .map(each -> new Case(each.getAsJsonObject()))
        // where the reference has the model invent a text for none, there is none to translate
        .filter(
            each -> !each.texts().equals(List.of("")) || each.toString().startsWith("text2text"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheTextsOfTheReference(Case each) {
    JsonArray expected = each.json().getAsJsonArray("expected");
    List<JsonArray> perText = new ArrayList<>();
    for (int i = 0; i < each.texts().size(); i++) {
      JsonArray one = new JsonArray();
      if (each.texts().size() > 1) {
        one.add(expected.get(i));
      } else {
        one.addAll(expected);
      }
      perText.add(one);
    }
    String task = each.json().get("task").getAsString();
    if (task.equals("summarization")) {
      List<Summary> found = view(nlp.summarizer(), each).summarize(each.texts());
      for (int i = 0; i < found.size(); i++) {
        check(
            perText.get(i), found.get(i).alternatives(), found.get(i).pieces().get(0).generation());
      }
    } else if (task.equals("text2text-generation")) {
      List<Generation> found = view(nlp.textToText(), each).write(each.texts());
      for (int i = 0; i < found.size(); i++) {
        check(
            perText.get(i),
            found.get(i).sequences().stream().map(GeneratedText::text).toList(),
            found.get(i));
      }
    } else {
      Translator translator = view(nlp.translator(), each);
      if (!task.equals("translation")) {
        translator = translator.from(task.split("_")[1]).to(task.split("_")[3]);
      }
      List<Translation> found = translator.translate(each.texts());
      for (int i = 0; i < found.size(); i++) {
        check(
            perText.get(i), found.get(i).alternatives(), found.get(i).pieces().get(0).generation());
      }
    }
  }

  private static <V extends TextWriter<V, R>, R> V view(V view, Case each) {
    return view.with(each.options())
        .truncate(each.flag("truncation"))
        .cleanUpSpaces(each.flag("clean_up_tokenization_spaces"));
  }

  private static void check(JsonArray expected, List<String> texts, Generation generation) {
    List<Object> wanted = new ArrayList<>();
    List<Object> found = new ArrayList<>();
    for (int i = 0; i < expected.size(); i++) {
      JsonElement value = expected.get(i).getAsJsonObject().entrySet().iterator().next().getValue();
      if (value instanceof JsonArray tokens) { // with the decoder's start token
        wanted.add(tokens.asList().stream().skip(1).map(JsonElement::getAsInt).toList());
        found.add(generation.sequences().get(i).tokenIds());
      } else {
        wanted.add(value.getAsString());
        found.add(texts.get(i));
      }
    }
    assertThat(found).isEqualTo(wanted);
    assertThat(texts).hasSameSizeAs(expected);
  }
}

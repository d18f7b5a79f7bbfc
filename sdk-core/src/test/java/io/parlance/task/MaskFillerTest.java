package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.DocumentResult;
import io.parlance.InvalidInputException;
import io.parlance.MaskFilling;
import io.parlance.MaskPrediction;
import io.parlance.ModelUnusableException;
import io.parlance.Nlp;
import io.parlance.TestModels;
import io.parlance.TextInput;
import io.parlance.runtime.NativeHandles;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.Truncation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskFillerTest {
  private static final String MODEL = "fillmask-roberta";
  private static final double TOLERANCE = 1e-4; // as the fixtures state it
  private static final String TEXT = "The movie was <mask>.";

  private final long handlesBefore = NativeHandles.live();
  private final long tokenizersBefore = Tokenizer.liveNativeHandles();
  private TaskModels model;

  @BeforeEach
  void open() {
    model = ReferenceClassificationTest.open(MODEL);
  }

  @AfterEach
  void nothingLeaks() {
    model.close();
    assertThat(NativeHandles.live()).isEqualTo(handlesBefore);
    assertThat(Tokenizer.liveNativeHandles()).isEqualTo(tokenizersBefore);
  }

  @Test
  void givesThePredictionsOfTheReference() throws Exception {
    JsonArray cases = TestModels.json(MODEL, "pipelines.json").getAsJsonArray("cases");
    int checked = 0;
    for (JsonElement each : cases) {
      JsonObject one = each.getAsJsonObject();
      if (!one.has("near_tie")) {
        check(one);
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(60);
  }

  private void check(JsonObject one) {
    String name = one.get("name").getAsString();
    JsonObject given = one.getAsJsonObject("input");
    boolean many = given.has("texts");
    List<String> texts = many ? strings(given.get("texts")) : strings(given.get("text"));
    JsonElement expected = one.get("expected");
    if (expected.isJsonObject()) {
      assertThatThrownBy(() -> configure(one.getAsJsonObject("options")).fill(texts))
          .as(name)
          .isInstanceOf(InvalidInputException.class);
      return;
    }
    List<MaskFilling> results = configure(one.getAsJsonObject("options")).fill(texts);
    for (int i = 0; i < texts.size(); i++) {
      // a list of one text gives its result without the outer list
      JsonArray want =
          texts.size() > 1
              ? expected.getAsJsonArray().get(i).getAsJsonArray()
              : expected.getAsJsonArray();
      boolean severalMasks = want.get(0).isJsonArray();
      List<List<MaskPrediction>> masks = results.get(i).masks();
      assertThat(masks).as(name).hasSize(severalMasks ? want.size() : 1);
      for (int mask = 0; mask < masks.size(); mask++) {
        checkMask(name, severalMasks ? want.get(mask).getAsJsonArray() : want, masks.get(mask));
      }
    }
  }

  private static void checkMask(String name, JsonArray want, List<MaskPrediction> found) {
    assertThat(found).as(name).hasSameSizeAs(want);
    for (int i = 0; i < found.size(); i++) {
      JsonObject prediction = want.get(i).getAsJsonObject();
      assertThat(found.get(i))
          .as(name)
          .usingRecursiveComparison()
          .ignoringFields("score")
          .isEqualTo(
              new MaskPrediction(
                  prediction.get("token_str").getAsString(),
                  prediction.get("token").getAsInt(),
                  0,
                  prediction.get("sequence").getAsString()));
      assertThat(found.get(i).score())
          .as(name)
          .isCloseTo(prediction.get("score").getAsDouble(), within(TOLERANCE));
    }
  }

  private MaskFiller configure(JsonObject options) {
    MaskFiller filler = model.maskFiller();
    if (options.has("top_k")) {
      filler = filler.topK(options.get("top_k").getAsInt());
    }
    if (options.has("targets")) {
      filler = filler.targets(strings(options.get("targets")));
    }
    return options.has("tokenizer_kwargs") ? filler.truncation(Truncation.LONGEST_FIRST) : filler;
  }

  private static List<String> strings(JsonElement value) {
    return value.isJsonArray()
        ? value.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList()
        : List.of(value.getAsString());
  }

  @Test
  void aBatchOfTextsWithFewAndManyMasksGivesWhatEachGivesAlone() {
    List<String> texts =
        List.of("<mask>", TEXT, "<mask> and <mask> met <mask>!", "A " + "<mask> ".repeat(20), TEXT);
    List<TextInput> inputs = texts.stream().map(TextInput::of).toList();
    List<MaskFilling> batch = model.maskFiller().fill(texts);
    assertThat(batch).extracting(each -> each.masks().size()).containsExactly(1, 1, 3, 20, 1);
    try (TaskModels alone = ReferenceClassificationTest.open(MODEL)) {
      for (int i = 0; i < texts.size(); i++) {
        assertSame(alone.maskFiller().fill(texts.get(i)), batch.get(i));
        assertSame(alone.maskFiller().submit(inputs.get(i)).join(), batch.get(i));
      }
    }
  }

  private static void assertSame(MaskFilling expected, MaskFilling actual) {
    assertThat(actual)
        .usingRecursiveComparison()
        .withEqualsForType((a, b) -> Math.abs(a - b) < 1e-6, Double.class)
        .isEqualTo(expected);
  }

  @Test
  void aTextWithoutAMaskFailsForItselfAlone() {
    List<DocumentResult<MaskFilling>> results =
        model.maskFiller().attemptAll(List.of(TextInput.of(""), TextInput.of(TEXT)));
    assertThat(results).extracting(DocumentResult::succeeded).containsExactly(false, true);
    assertThat(results.get(0).error()).hasMessageContaining("the text has no mask; write <mask>");
  }

  @Test
  void tellsThatATextWasCut() {
    MaskFiller filler = model.maskFiller().maxLength(6);
    MaskFilling cut = filler.fill("<mask> was bad and terrible and bad.");
    assertThat(cut.truncated()).isTrue();
    assertThat(cut.tokenCount()).isEqualTo(6);
    assertThat(cut.untruncatedTokenCount()).isGreaterThan(6);
    assertThatThrownBy(() -> filler.fill("I think the movie was bad and <mask>."))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no mask among the tokens that the model takes");
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    assertThatThrownBy(() -> model.maskFiller().topK(0)).hasMessage("top k 0 must be at least 1");
    assertThatThrownBy(() -> model.maskFiller().targets(List.of()))
        .hasMessage("no targets; give at least one");
    assertThat(model.maskFiller().targets("was", "").fill(TEXT).masks().get(0)).hasSize(1);
    assertThatThrownBy(() -> model.maskFiller().targets("").fill(TEXT))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none of the targets");
  }

  @Test
  void aModelOfAnotherKindIsRefused(@TempDir Path folder) throws Exception {
    try (TaskModels classifier = ReferenceClassificationTest.open("textcls-bert")) {
      assertThatThrownBy(() -> classifier.maskFiller().fill(TEXT))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContainingAll("cannot be used for filling masks", "'logits'", "vocabulary");
    }
    Path copy = TestModels.copy(MODEL, folder.resolve("model"));
    Files.delete(copy.resolve("special_tokens_map.json"));
    JsonObject settings = TestModels.json(MODEL, "tokenizer_config.json");
    settings.remove("mask_token");
    Files.writeString(copy.resolve("tokenizer_config.json"), settings.toString());
    Path tokenizer = copy.resolve("tokenizer.json");
    Files.writeString(tokenizer, Files.readString(tokenizer).replace("<mask>", "<blank>"));
    try (Nlp nlp = Nlp.builder().maskFiller(copy).build()) {
      assertThatThrownBy(() -> nlp.fillMask(TEXT))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContaining("no mask token");
    }
  }

  @Test
  void runsFewerTokensAtOnceForLargeVocabularies() {
    List<Integer> budgets = new ArrayList<>();
    for (int vocabulary : new int[] {600, 30_522, 250_002, 1 << 24}) {
      budgets.add(LoadedMaskFiller.tokensPerRun(vocabulary));
    }
    assertThat(budgets).containsExactly(512, 274, 33, 1); // 32 MiB / 4 / vocabulary
  }
}

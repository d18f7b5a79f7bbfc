package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.Answer;
import io.parlance.Answers;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.Nlp;
import io.parlance.TestModels;
import io.parlance.TextInput;
import io.parlance.runtime.NativeHandles;
import io.parlance.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuestionAnswererTest {
  private static final String MODEL = "qa-roberta"; // 160 positions, tokenizer says 64
  private static final double TOLERANCE = 1e-4; // as the fixtures state it
  private static final String QUESTION = "Who lives in Berlin?";
  private static final String CONTEXT = "😀 Anna lives in Rome 🚀. Renée lives in Berlin.";

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
  void givesTheAnswersOfTheReference() throws Exception {
    JsonArray cases = TestModels.json(MODEL, "pipelines.json").getAsJsonArray("cases");
    for (JsonElement each : cases) {
      JsonObject one = each.getAsJsonObject();
      if (!one.has("near_tie")) {
        check(one);
      }
    }
    assertThat(cases).hasSizeGreaterThan(100);
  }

  private void check(JsonObject one) {
    String name = one.get("name").getAsString();
    JsonObject given = one.getAsJsonObject("input");
    List<JsonElement> questions =
        given.has("examples") ? given.getAsJsonArray("examples").asList() : List.of(given);
    List<TextInput> inputs = new ArrayList<>();
    for (JsonElement question : questions) {
      JsonObject fields = question.getAsJsonObject();
      inputs.add(
          QuestionAnswerer.input(
              fields.get("question").getAsString(), fields.get("context").getAsString()));
    }
    JsonElement expected = one.get("expected");
    if (expected.isJsonObject() && expected.getAsJsonObject().has("error")) {
      assertThatThrownBy(() -> configure(one.getAsJsonObject("options")).processAll(inputs))
          .as(name)
          .isInstanceOf(InvalidInputException.class);
      return;
    }
    List<Answers> results = configure(one.getAsJsonObject("options")).processAll(inputs);
    for (int i = 0; i < results.size(); i++) {
      JsonElement want = given.has("examples") ? expected.getAsJsonArray().get(i) : expected;
      checkAnswers(
          name,
          want.isJsonArray() ? want.getAsJsonArray().asList() : List.of(want),
          results.get(i).answers());
    }
  }

  private QuestionAnswerer configure(JsonObject options) {
    QuestionAnswerer answerer = model.questionAnswerer();
    for (String key : options.keySet()) {
      JsonElement value = options.get(key);
      answerer =
          switch (key) {
            case "top_k" -> answerer.topK(value.getAsInt());
            case "doc_stride" -> answerer.docStride(value.getAsInt());
            case "max_seq_len" -> answerer.maxSequenceLength(value.getAsInt());
            case "max_answer_len" -> answerer.maxAnswerLength(value.getAsInt());
            case "handle_impossible_answer" ->
                answerer.handleImpossibleAnswer(value.getAsBoolean());
            case "align_to_words" -> answerer.alignToWords(value.getAsBoolean());
            case "max_question_len", "padding" -> answerer; // without effect
            default -> throw new AssertionError(key);
          };
    }
    return answerer;
  }

  private static void checkAnswers(String name, List<JsonElement> expected, List<Answer> answers) {
    assertThat(answers).as(name).hasSameSizeAs(expected);
    for (int i = 0; i < answers.size(); i++) {
      JsonObject want = expected.get(i).getAsJsonObject();
      Answer answer = answers.get(i);
      assertThat(answer.text()).as(name).isEqualTo(want.get("answer").getAsString());
      assertThat(answer.start()).as(name).isEqualTo(want.get("start_utf16").getAsInt());
      assertThat(answer.end()).as(name).isEqualTo(want.get("end_utf16").getAsInt());
      assertThat(answer.score())
          .as(name)
          .isCloseTo(want.get("score").getAsDouble(), within(TOLERANCE));
    }
  }

  @Test
  void offsetsCountUtf16Units() {
    List<Answer> answers = model.questionAnswerer().topK(20).answer(QUESTION, CONTEXT).answers();
    assertThat(answers)
        .hasSize(20)
        .allSatisfy(
            answer ->
                assertThat(CONTEXT.substring(answer.start(), answer.end()))
                    .isEqualTo(answer.text()))
        .anySatisfy(answer -> assertThat(answer.start()).isGreaterThan(20));
    assertThat(answers).extracting(Answer::score).isSortedAccordingTo((a, b) -> b.compareTo(a));
  }

  @Test
  void readsAllOfALongContext() {
    String context = "John works for the IBM. ".repeat(60) + CONTEXT;
    Answers answers =
        model
            .questionAnswerer()
            .alignToWords(false)
            .maxAnswerLength(1)
            .topK(10_000) // every token of every window
            .answer(QUESTION, context);
    boolean[] seen = new boolean[context.length()];
    for (Answer answer : answers.answers()) {
      Arrays.fill(seen, answer.start(), answer.end(), true);
    }
    for (int i = 0; i < seen.length; i++) {
      assertThat(seen[i] || context.charAt(i) == ' ').as("unit " + i).isTrue();
    }
    int question =
        model.questionAnswerer().answer(QUESTION, "a").tokenCount() - 5; // <s></s></s>a</s>
    int ofContext = answers.untruncatedTokenCount() - question - 4;
    int room = 64 - question - 4;
    int windows = (int) Math.ceil((ofContext - 32) / (room - 32.0)); // overlap: half of 64
    assertThat(answers.windowCount()).isEqualTo(windows).isGreaterThan(10);
    assertThat(answers.tokenCount())
        .isEqualTo(ofContext + 32 * (windows - 1) + windows * (question + 4));
    assertThat(answers.answers()).hasSize(answers.tokenCount() - windows * (question + 4));
  }

  @Test
  void aLongQuestionMakesTheOverlapSmaller() {
    String question = "Who lives in Berlin? ".repeat(7);
    String context = CONTEXT.repeat(3);
    Answers answers = model.questionAnswerer().answer(question, context);
    assertThat(answers.windowCount()).isGreaterThan(2);
    assertThatThrownBy(() -> model.questionAnswerer().docStride(32).answer(question, context))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("stride 32 must be smaller than");
  }

  @Test
  void aListGivesWhatEachQuestionGivesAlone() {
    List<TextInput> inputs = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      inputs.add(QuestionAnswerer.input(QUESTION, "Peter works. ".repeat(i % 7) + CONTEXT));
    }
    List<Answers> together = model.questionAnswerer().topK(3).processAll(inputs);
    for (int i = 0; i < inputs.size(); i++) {
      Answers alone = model.questionAnswerer().topK(3).processAll(List.of(inputs.get(i))).get(0);
      assertThat(together.get(i))
          .usingRecursiveComparison()
          .withComparatorForFields(
              (Double a, Double b) -> Math.abs(a - b) < 1e-5 ? 0 : Double.compare(a, b),
              "answers.score")
          .isEqualTo(alone);
    }
    assertThat(model.questionAnswerer().topK(3).submit(inputs.get(4)).join().answers())
        .hasSameSizeAs(together.get(4).answers());
  }

  @Test
  void whereThereIsNothingToFind() {
    Answers none = model.questionAnswerer().answer(QUESTION, " ");
    assertThat(none.best().end()).isLessThanOrEqualTo(1);
    Answers impossible =
        model.questionAnswerer().handleImpossibleAnswer(true).topK(50).answer(QUESTION, "Anna");
    assertThat(impossible.answers()).filteredOn(Answer::isEmpty).hasSize(1);
  }

  @Test
  void refusesWhatCannotBe() {
    QuestionAnswerer answerer = model.questionAnswerer();
    assertThatThrownBy(() -> answerer.answer("", CONTEXT)).hasMessage("the question is empty");
    assertThatThrownBy(() -> answerer.answer(QUESTION, "")).hasMessage("the context is empty");
    assertThatThrownBy(() -> answerer.answer(QUESTION, null)).hasMessage("the context is null");
    assertThatThrownBy(() -> answerer.processAll(List.of(TextInput.of(QUESTION))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the context is missing");
    assertThatThrownBy(() -> answerer.topK(0)).hasMessage("top k 0 must be at least 1");
    assertThatThrownBy(() -> answerer.maxSequenceLength(32).docStride(40).answer("a", "b"))
        .hasMessage("document stride 40 is larger than the 32 tokens of a window");
    assertThatThrownBy(() -> answerer.answer(QUESTION.repeat(40), CONTEXT))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the other text alone has");
  }

  @Test
  void theFacadeGivesTheBestAnswer() {
    try (Nlp nlp = Nlp.builder().questionAnswerer(TestModels.folder(MODEL)).build()) {
      Answer answer = nlp.answer(QUESTION, CONTEXT);
      assertThat(answer).isEqualTo(nlp.questionAnswerer().answer(QUESTION, CONTEXT).best());
      assertThat(nlp.async().answer(QUESTION, CONTEXT).join().best()).isEqualTo(answer);
    }
    try (Nlp nlp = Nlp.builder().questionAnswerer(TestModels.folder("textcls-bert")).build()) {
      assertThatThrownBy(() -> nlp.answer(QUESTION, CONTEXT))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContainingAll("question answering", "needs an output 'start_logits'");
    }
  }
}

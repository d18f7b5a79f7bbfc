package io.parlance.task;

import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.DocumentResult;
import io.parlance.GeneratedText;
import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import io.parlance.TextInput;
import io.parlance.generation.GenerationOptions;
import io.parlance.generation.GenerativeModel;
import io.parlance.runtime.RunControl;
import io.parlance.tokenizers.Tokenizer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One call of a writing task with some texts: takes them apart, runs all pieces together, those of
 * similar length at the same time and equal ones once, and puts the results together.
 */
final class WritingCall<R> {
  private final GenerativeModel model;
  private final WritingTask<R> task;
  private final WritingOptions options;
  private final OptionalInt limit;
  private List<@Nullable WritingPlan> plans = List.of();

  /**
   * Does nothing yet.
   *
   * @param limit tokens that the model reads at most; empty where nothing limits them
   */
  WritingCall(
      GenerativeModel model, WritingTask<R> task, WritingOptions options, OptionalInt limit) {
    this.model = model;
    this.task = task;
    this.options = options;
    this.limit = limit;
  }

  /** A piece of one of the plans. */
  private record Question(WritingPlan plan, int piece) {
    int[] tokens() {
      return plan.pieces().get(piece).tokens();
    }
  }

  /** What came of each text, in their order. */
  List<DocumentResult<R>> run(
      List<? extends @Nullable TextInput> inputs,
      boolean isolate,
      RunControl control,
      CallMeter meter) {
    List<DocumentResult<R>> results = new ArrayList<>();
    plans = new ArrayList<>();
    List<@Nullable NlpException> failures = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < inputs.size(); i++) {
      control.check();
      try {
        plans.add(plan(inputs.get(i)));
        failures.add(null);
      } catch (InvalidInputException e) {
        if (!isolate) {
          throw inputs.size() == 1
              ? e
              : new InvalidInputException("text " + i + ": " + e.getMessage(), e);
        }
        plans.add(null);
        failures.add(e);
      }
    }
    meter.tokenized(start);
    answerAll(failures, isolate, control, meter);
    for (int i = 0; i < inputs.size(); i++) {
      WritingPlan plan = plans.get(i);
      NlpException failure = failures.get(i);
      results.add(
          new DocumentResult<>(
              i, plan == null || failure != null ? null : task.result(plan.written()), failure));
    }
    return results;
  }

  /** Tokens that were read and written for one of the texts, when the call has run. */
  long tokens(int input) {
    WritingPlan plan = plans.get(input);
    return plan == null ? 0 : plan.tokens();
  }

  private WritingPlan plan(@Nullable TextInput input) {
    if (input == null) {
      throw new InvalidInputException("the text is null; pass an empty string for no text");
    }
    return WritingPlan.of(input, task, options, limit);
  }

  private void answerAll(
      List<@Nullable NlpException> failures, boolean isolate, RunControl control, CallMeter meter) {
    List<WritingPlan> all = new ArrayList<>();
    for (WritingPlan plan : plans) {
      if (plan != null) {
        all.add(plan);
      }
    }
    try {
      answer(all, control, meter);
    } catch (CancelledException | DeadlineExceededException e) {
      throw e;
    } catch (NlpException e) {
      if (!isolate) {
        throw e;
      }
      for (int i = 0; i < plans.size(); i++) { // one is at fault; alone, each gets its own answer
        WritingPlan plan = plans.get(i);
        if (plan != null) {
          failures.set(i, all.size() == 1 ? e : alone(plan, control, meter));
        }
      }
    }
  }

  private @Nullable NlpException alone(WritingPlan plan, RunControl control, CallMeter meter) {
    try {
      answer(List.of(plan), control, meter);
      return null;
    } catch (CancelledException | DeadlineExceededException e) {
      throw e;
    } catch (NlpException e) {
      return e;
    }
  }

  private void answer(List<WritingPlan> plans, RunControl control, CallMeter meter) {
    List<Question> questions = new ArrayList<>();
    for (WritingPlan plan : plans) {
      for (int piece = 0; piece < plan.pieces().size(); piece++) {
        questions.add(new Question(plan, piece));
      }
    }
    ask(questions, control, meter);
    List<Question> again = new ArrayList<>();
    for (WritingPlan plan : plans) {
      plan.repair().forEach(piece -> again.add(new Question(plan, piece)));
    }
    ask(again, control, meter);
  }

  /** Those that the decoder is told the same for run together. */
  private void ask(List<Question> questions, RunControl control, CallMeter meter) {
    Map<GenerationOptions, List<Question>> groups = new LinkedHashMap<>();
    for (Question question : questions) {
      groups.computeIfAbsent(question.plan().options(), key -> new ArrayList<>()).add(question);
    }
    groups.forEach((told, group) -> ask(told, group, control, meter));
  }

  private void ask(
      GenerationOptions told, List<Question> questions, RunControl control, CallMeter meter) {
    Map<IntBuffer, List<Question>> distinct = new LinkedHashMap<>();
    for (Question question : questions) {
      distinct
          .computeIfAbsent(IntBuffer.wrap(question.tokens()), key -> new ArrayList<>())
          .add(question);
    }
    List<List<Question>> sorted = new ArrayList<>(distinct.values());
    sorted.sort(Comparator.comparingInt(equal -> -equal.get(0).tokens().length));
    GenerationView view =
        GenerationView.DEFAULT
            .options(options.generation().over(told))
            .batchRows(options.batchRows());
    List<int[]> sources = sorted.stream().map(equal -> equal.get(0).tokens()).toList();
    List<Generation> answers = new GenerationCall(model, view, meter).run(sources, control);
    for (int i = 0; i < answers.size(); i++) {
      Generation answer = clean(answers.get(i));
      sorted.get(i).forEach(question -> question.plan().answer(question.piece(), answer));
    }
  }

  private Generation clean(Generation answer) {
    if (!options.cleansUpSpaces()) {
      return answer;
    }
    List<GeneratedText> sequences = new ArrayList<>();
    for (GeneratedText each : answer.sequences()) {
      sequences.add(
          new GeneratedText(
              Tokenizer.cleanUpTokenizationSpaces(each.text()),
              each.tokenIds(),
              each.score(),
              each.logProbabilities(),
              each.finishReason()));
    }
    return new Generation(sequences, answer.promptTokens(), answer.truncated());
  }
}

package io.parlance.task;

import io.parlance.Answer;
import io.parlance.Answers;
import io.parlance.InvalidInputException;
import io.parlance.TextInput;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Side;
import io.parlance.tokenizers.Truncation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Extractive question answering in windows over the context, by the rules of the question answering
 * pipeline of transformers.
 */
final class QuestionAnsweringTask implements EncoderTask<AnswerSpans, Answers> {
  private static final int COMMON_LENGTH = 384; // the pipeline's own
  private static final int MOST_OVERLAP = 128;

  private final LoadedQuestionAnswerer model;
  private final AnswerOptions options;
  private final boolean questionFirst;
  private final EncodingOptions encoding;

  QuestionAnsweringTask(LoadedQuestionAnswerer model, AnswerOptions options) {
    this.model = model;
    this.options = options;
    questionFirst = model.encoder().tokenizer().padding().side() == Side.RIGHT;
    int length =
        options.maxSequenceLength() == AnswerOptions.AUTOMATIC
            ? Math.min(model.encoder().tokenizerLength(), COMMON_LENGTH)
            : options.maxSequenceLength();
    int stride =
        options.docStride() == AnswerOptions.AUTOMATIC
            ? Math.min(length / 2, MOST_OVERLAP)
            : options.docStride();
    if (stride > length) {
      throw new InvalidInputException(
          "document stride " + stride + " is larger than the " + length + " tokens of a window");
    }
    Truncation context = questionFirst ? Truncation.ONLY_SECOND : Truncation.ONLY_FIRST;
    encoding = new TruncationOptions(context, length).encoding(model.encoder()).withStride(stride);
  }

  @Override
  public List<Encoding> encode(TextInput input) {
    String context = input.pair();
    if (context == null) {
      throw new InvalidInputException(
          "the context is missing; a question is answered from the second text of its input");
    }
    if (input.text().isEmpty() || context.isEmpty()) {
      throw new InvalidInputException(
          "the " + (context.isEmpty() ? "context" : "question") + " is empty");
    }
    Encoding first = cut(questionFirst ? input : TextInput.pair(context, input.text()));
    List<Encoding> windows = new ArrayList<>(first.overflow().size() + 1);
    windows.add(first);
    windows.addAll(first.overflow());
    return windows;
  }

  /** A long question leaves little of a window; an overlap that nobody chose then shrinks. */
  private Encoding cut(TextInput pair) {
    EncodingOptions attempt = encoding;
    while (true) {
      try {
        return model.encoder().encode(pair, attempt);
      } catch (InvalidInputException e) {
        if (options.docStride() != AnswerOptions.AUTOMATIC || attempt.stride() == 0) {
          throw e;
        }
        attempt = attempt.withStride(attempt.stride() / 2);
      }
    }
  }

  @Override
  public List<String> outputs() {
    return LoadedQuestionAnswerer.OUTPUTS;
  }

  @Override
  public AnswerSpans read(EncoderOutputs outputs, int row, Encoding window) {
    int contextSequence = questionFirst ? 1 : 0;
    int classification = model.encoder().tokenizer().classificationTokenId().orElse(-1);
    boolean[] context = new boolean[window.length()];
    boolean[] weighed = new boolean[window.length()];
    for (int i = 0; i < context.length; i++) {
      context[i] = window.sequenceId(i) == contextSequence;
      weighed[i] = context[i] || window.id(i) == classification;
    }
    return AnswerSpans.of(
        model.logits(LoadedQuestionAnswerer.STARTS, outputs, row, window),
        model.logits(LoadedQuestionAnswerer.ENDS, outputs, row, window),
        context,
        weighed);
  }

  @Override
  public Answers decode(TextInput input, List<Encoding> windows, List<AnswerSpans> spans) {
    String context = input.pair();
    if (context == null) {
      throw new AssertionError("refused when it was encoded");
    }
    List<Answer> answers = new ArrayList<>();
    float nullScore = Float.POSITIVE_INFINITY;
    for (int i = 0; i < windows.size(); i++) {
      Encoding window = windows.get(i);
      nullScore = Math.min(nullScore, spans.get(i).nullScore());
      spans.get(i).best(options.topK(), options.maxAnswerLength()).stream()
          .map(span -> answer(context, window, span))
          .forEach(answers::add);
    }
    if (options.handleImpossibleAnswer()) {
      answers.add(new Answer("", nullScore, 0, 0));
    }
    answers.sort(Comparator.comparingDouble(Answer::score).reversed()); // stable
    return new Answers(
        answers.subList(0, Math.min(options.topK(), answers.size())),
        windows.stream().mapToInt(Encoding::length).sum(),
        windows.get(0).untruncatedLength(),
        windows.size());
  }

  private Answer answer(String context, Encoding window, AnswerSpans.Span span) {
    int first = span.start();
    int last = span.end();
    if (options.alignToWords() && window.wordId(first) >= 0 && window.wordId(last) >= 0) {
      while (first > 0 && sameWord(window, first - 1, first)) {
        first--;
      }
      while (last < window.length() - 1 && sameWord(window, last, last + 1)) {
        last++;
      }
    }
    int start = window.start(first);
    int end = Math.max(start, window.end(last));
    return new Answer(context.substring(start, end), span.score(), start, end);
  }

  private static boolean sameWord(Encoding window, int token, int next) {
    return window.wordId(token) == window.wordId(next)
        && window.sequenceId(token) == window.sequenceId(next);
  }
}

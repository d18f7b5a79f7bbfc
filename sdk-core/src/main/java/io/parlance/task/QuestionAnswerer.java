package io.parlance.task;

import io.parlance.Answers;
import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.TextInput;
import java.time.Duration;

/**
 * Finds the part of a context that answers a question. An immutable view on a shared model; each
 * option returns another view. Thread-safe, and nothing to close: the model belongs to who made it.
 *
 * <p>Answers follow the question answering pipeline of transformers 4, defaults included; offsets
 * count UTF-16 units of the caller's context. A long context is read in windows that overlap, each
 * with the whole question, so that nothing is lost; scores of different windows are compared as
 * they are. Several answers can be the same words. For inputs of the batch methods the question is
 * {@link TextInput#text()} and the context {@link TextInput#pair()}.
 */
public final class QuestionAnswerer extends TextTask<Answers> {
  private final BoundTask<AnswerOptions, Answers> bound;

  QuestionAnswerer(BoundTask<AnswerOptions, Answers> bound) {
    super(bound);
    this.bound = bound;
  }

  /**
   * How many answers are given; 1 by default.
   *
   * @param k at least 1
   */
  public QuestionAnswerer topK(int k) {
    return with(bound.options().withTopK(atLeast(1, "top k", k)));
  }

  /**
   * How many tokens neighbouring windows share; by default half a window, at most 128, and less
   * where a long question leaves no room for that.
   *
   * @param tokens at least 0 and less than a window has room for
   */
  public QuestionAnswerer docStride(int tokens) {
    return with(bound.options().withDocStride(atLeast(0, "document stride", tokens)));
  }

  /**
   * Tokens in a window, question and special tokens included; by default what the tokenizer's
   * configuration says ({@code model_max_length}), at most 384.
   *
   * @param tokens at least 1 and at most what the model takes
   */
  public QuestionAnswerer maxSequenceLength(int tokens) {
    return with(
        bound.options().withMaxSequenceLength(atLeast(1, "maximum sequence length", tokens)));
  }

  /**
   * The most tokens of an answer, before it is widened to whole words; 15 by default.
   *
   * @param tokens at least 1
   */
  public QuestionAnswerer maxAnswerLength(int tokens) {
    return with(bound.options().withMaxAnswerLength(atLeast(1, "maximum answer length", tokens)));
  }

  /**
   * Whether "the context does not say" is an answer, which has an empty text and, as the reference
   * has it, the least score that any window gives it; false by default. For models that were
   * trained on questions without answers.
   */
  public QuestionAnswerer handleImpossibleAnswer(boolean handle) {
    return with(bound.options().withHandleImpossibleAnswer(handle));
  }

  /** Whether answers are widened to whole words of the tokenizer; true by default. */
  public QuestionAnswerer alignToWords(boolean align) {
    return with(bound.options().withAlignToWords(align));
  }

  /**
   * Gives each call at most this time; none by default.
   *
   * @param time positive
   */
  public QuestionAnswerer timeout(Duration time) {
    return new QuestionAnswerer(bound.withTimeout(time));
  }

  private QuestionAnswerer with(AnswerOptions other) {
    return new QuestionAnswerer(bound.with(other));
  }

  private static int atLeast(int minimum, String what, int value) {
    if (value < minimum) {
      throw new InvalidInputException(what + " " + value + " must be at least " + minimum);
    }
    return value;
  }

  /** Loads the model now rather than with the first question. */
  public QuestionAnswerer load() {
    return bound.model().model().use(loaded -> this);
  }

  /**
   * Answers a question from a context.
   *
   * @throws InvalidInputException if one of both is null or empty, or the question leaves no room
   *     for context
   * @throws ModelUnusableException if the model cannot be loaded
   * @throws DeadlineExceededException if the timeout of this view is over
   * @throws CancelledException if the model is being closed
   */
  public Answers answer(String question, String context) {
    return process(input(question, context));
  }

  /** Question and context as an input, for the methods that take many. */
  public static TextInput input(String question, String context) {
    if (question == null || context == null) {
      throw new InvalidInputException(
          "the " + (question == null ? "question" : "context") + " is null");
    }
    return new TextInput(question, context);
  }
}

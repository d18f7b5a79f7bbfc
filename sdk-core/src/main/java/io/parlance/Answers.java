package io.parlance;

import java.util.List;

/**
 * The answers to a question in a context.
 *
 * @param answers best first; fewer than were asked for, or none, where no more parts of the context
 *     have a probability
 * @param tokenCount tokens that the model saw, question and special tokens included, these and
 *     overlaps counted in each window
 * @param untruncatedTokenCount tokens of question and context, special tokens included
 * @param windowCount windows that the context was read in; all of it is read always
 */
public record Answers(
    List<Answer> answers, int tokenCount, int untruncatedTokenCount, int windowCount) {
  public Answers {
    answers = List.copyOf(answers);
  }

  /** The best answer; an empty one with score 0 where there is none. */
  public Answer best() {
    return answers.isEmpty() ? new Answer("", 0, 0, 0) : answers.get(0);
  }
}

package io.parlance.generation;

import io.parlance.FinishReason;
import io.parlance.NlpException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One prompt on its way to its answers. It has some rows in a batch; after each step it looks at
 * their logits and says which rows go on with which tokens. At the beginning it has one row, which
 * is the prompt.
 */
abstract class Search {
  private final GenerationRequest request;
  private final List<LogitsProcessor> processors;
  private final @Nullable ConstraintProcessor constraint;
  private final float[] guide;

  Search(GenerationRequest request, int vocabulary) {
    this.request = request;
    this.constraint = request.constraint(vocabulary);
    this.processors = request.processors(constraint);
    this.guide = request.guidance() == 1 ? new float[0] : new float[vocabulary];
  }

  /** Reads the logits of the rows of one search. */
  interface RowLogits {
    void read(int row, float[] target);

    /** Reads the hidden state of a token that was fed last, where the search wants states. */
    default void state(int row, int token, float[] target) {
      throw new IllegalStateException("hidden states were not asked for");
    }
  }

  final GenerationRequest request() {
    return request;
  }

  final List<LogitsProcessor> processors() {
    return processors;
  }

  /** What the answers are held to, or null. */
  final @Nullable ConstraintProcessor constraint() {
    return constraint;
  }

  /** Whether a constraint leaves nothing to add to a sequence. */
  final boolean isComplete(TokenSequence sequence) {
    return constraint != null && constraint.isComplete(sequence);
  }

  /** Why a sequence ends with its last token, or null if it goes on. */
  final @Nullable FinishReason reason(TokenSequence sequence) {
    boolean end = request.isEnd(sequence.last());
    if (!end && isComplete(sequence)) {
      return FinishReason.CONDITION;
    }
    FinishReason own = end ? FinishReason.END_TOKEN : request.stop().check(sequence.generated());
    if (own != null) {
      return own;
    }
    if (sequence.length() >= request.maxLength()) {
      return FinishReason.LENGTH;
    }
    return request.timeIsOver() ? FinishReason.TIME : null;
  }

  /** Makes sure that a finished sequence conforms to the constraint, if there is one. */
  final void verify(TokenSequence sequence, FinishReason reason) {
    if (constraint != null) {
      constraint.verify(sequence, reason);
    }
  }

  /** Whether it looks at hidden states too, those of the whole prompt first. */
  boolean wantsStates() {
    return false;
  }

  /** Whether each row has a second one beside it that does without the prompt. */
  final boolean isGuided() {
    return guide.length > 0;
  }

  /** Chooses tokens; afterwards rows, parents and tokens are those of the next step. */
  abstract void advance(RowLogits logits);

  /** Rows of the next step; 0 when finished. */
  abstract int rows();

  /** Which row of the step before a row goes on from. */
  abstract int parent(int row);

  /** The token that a row goes on with. */
  abstract int token(int row);

  /** What a row of the next step is so far, the prompt included; not to be changed. */
  abstract TokenSequence sequence(int row);

  /** The answers, best first, when it is finished. */
  abstract List<GeneratedTokens> results();

  /** Reads a row's scores before processing: logits, or what guidance makes of them. */
  final void read(RowLogits logits, int row, float[] scores) {
    if (guide.length == 0) {
      logits.read(row, scores);
      check(scores);
      return;
    }
    logits.read(2 * row, scores);
    logits.read(2 * row + 1, guide);
    check(scores);
    check(guide);
    Distribution.logSoftmax(scores);
    Distribution.logSoftmax(guide);
    float scale = (float) request.guidance();
    for (int i = 0; i < scores.length; i++) {
      scores[i] = scale * (scores[i] - guide[i]) + guide[i];
    }
  }

  private void check(float[] scores) {
    if (request.options().get(GenerationOption.REMOVE_INVALID_VALUES, false)) {
      return;
    }
    boolean invalid = false;
    for (float score : scores) {
      invalid |= Float.isNaN(score);
    }
    if (invalid) {
      throw new NlpException(
          "the model gives logits that are no numbers (NaN) for these tokens; its weights or their"
              + " precision are broken (float16 beyond 65504?), or set remove_invalid_values");
    }
  }

  final void process(float[] scores, TokenSequence sequence) {
    for (LogitsProcessor processor : processors) {
      processor.process(scores, sequence);
    }
  }
}

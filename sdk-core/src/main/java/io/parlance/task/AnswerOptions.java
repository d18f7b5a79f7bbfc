package io.parlance.task;

/**
 * What answers depend on besides model, question and context.
 *
 * @param topK how many answers are kept
 * @param docStride tokens that neighbouring windows share, or {@link #AUTOMATIC}
 * @param maxSequenceLength tokens in a window, or {@link #AUTOMATIC}
 * @param maxAnswerLength the most tokens in an answer
 * @param handleImpossibleAnswer whether the empty answer is one
 * @param alignToWords whether answers are widened to whole words
 */
record AnswerOptions(
    int topK,
    int docStride,
    int maxSequenceLength,
    int maxAnswerLength,
    boolean handleImpossibleAnswer,
    boolean alignToWords) {
  static final int AUTOMATIC = -1;
  static final AnswerOptions DEFAULT = new AnswerOptions(1, AUTOMATIC, AUTOMATIC, 15, false, true);

  AnswerOptions withTopK(int value) {
    return new AnswerOptions(
        value, docStride, maxSequenceLength, maxAnswerLength, handleImpossibleAnswer, alignToWords);
  }

  AnswerOptions withDocStride(int value) {
    return new AnswerOptions(
        topK, value, maxSequenceLength, maxAnswerLength, handleImpossibleAnswer, alignToWords);
  }

  AnswerOptions withMaxSequenceLength(int value) {
    return new AnswerOptions(
        topK, docStride, value, maxAnswerLength, handleImpossibleAnswer, alignToWords);
  }

  AnswerOptions withMaxAnswerLength(int value) {
    return new AnswerOptions(
        topK, docStride, maxSequenceLength, value, handleImpossibleAnswer, alignToWords);
  }

  AnswerOptions withHandleImpossibleAnswer(boolean value) {
    return new AnswerOptions(
        topK, docStride, maxSequenceLength, maxAnswerLength, value, alignToWords);
  }

  AnswerOptions withAlignToWords(boolean value) {
    return new AnswerOptions(
        topK, docStride, maxSequenceLength, maxAnswerLength, handleImpossibleAnswer, value);
  }
}

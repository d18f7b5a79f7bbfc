package io.parlance.task;

import io.parlance.Answer;
import io.parlance.Answers;
import io.parlance.ModelUnusableException;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.runtime.SessionOptions;
import io.parlance.tokenizers.Encoding;
import java.util.List;

/** An extractive question answering model in memory. */
final class LoadedQuestionAnswerer implements LoadedEncoderTask<AnswerOptions, Answers> {
  private static final int ANSWER_BYTES = 120; // an Answer, its string and its place in a list

  static final String STARTS = "start_logits";
  static final String ENDS = "end_logits";
  static final List<String> OUTPUTS = List.of(STARTS, ENDS);

  private final Encoder encoder;

  private LoadedQuestionAnswerer(Encoder encoder) {
    this.encoder = encoder;
  }

  static LoadedQuestionAnswerer open(ModelSource source, SessionOptions options) {
    Encoder encoder = Encoder.open(ModelFolder.open(source), options);
    try {
      for (String output : OUTPUTS) {
        encoder.requireOutput(output, 2, "question answering", "as FLOAT32[batch, sequence]");
      }
      return new LoadedQuestionAnswerer(encoder);
    } catch (RuntimeException | Error e) {
      encoder.close();
      throw e;
    }
  }

  @Override
  public Encoder encoder() {
    return encoder;
  }

  @Override
  public EncoderTask<?, Answers> with(AnswerOptions options) {
    return new QuestionAnsweringTask(this, options);
  }

  @Override
  public int weigh(Answers result) {
    int bytes = ANSWER_BYTES;
    for (Answer answer : result.answers()) {
      bytes += ANSWER_BYTES + 2 * answer.text().length();
    }
    return bytes;
  }

  /** One logit for each token of a run's row. */
  float[] logits(String output, EncoderOutputs outputs, int row, Encoding window) {
    float[] logits = outputs.tokens(output, row, window.length());
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i])) {
        throw new ModelUnusableException(
            encoder.folder()
                + " gave no number as "
                + output
                + " of token '"
                + window.token(i)
                + "'; its weights are broken, or overflow in a half precision variant");
      }
    }
    return logits;
  }
}

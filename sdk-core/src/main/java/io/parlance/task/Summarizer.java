package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.Splitting;
import io.parlance.Summary;
import io.parlance.generation.GenerativeModel;
import io.parlance.generation.TaskSettings;
import io.parlance.tokenizers.Tokenizer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Summarizes. A text that is longer than what the model reads is summarized in parts of whole
 * sentences, as few as possible, and the summaries follow each other. A text without words has an
 * empty summary.
 */
public final class Summarizer extends TextWriter<Summarizer, Summary> {
  static final WritingOptions DEFAULT = WritingOptions.of(Splitting.LONGEST);
  private static final String TASK = "summarization";

  Summarizer(BoundTask<WritingOptions, Summary> bound) {
    super(bound);
  }

  @Override
  Summarizer view(BoundTask<WritingOptions, Summary> other) {
    return new Summarizer(other);
  }

  /**
   * Summarizes a text.
   *
   * @throws InvalidInputException if the text is null
   */
  public Summary summarize(String text) {
    return process(input(text));
  }

  /** Summarizes many texts; results come in their order. */
  public List<Summary> summarize(List<String> texts) {
    return processAll(inputs(texts));
  }

  /** The task on a model. */
  static WritingTask<Summary> task(GenerativeModel model, Tokenizer tokenizer) {
    TaskSettings settings = model.settings(TASK);
    SourceForm form = SourceForm.plain(tokenizer, settings.prefix(), settings.options());
    return new WritingTask<>() {
      @Override
      public TranslationLanguages.Direction source(String text, WritingOptions options) {
        return new TranslationLanguages.Direction(form, 0);
      }

      @Override
      public Summary result(Written written) {
        return new Summary(
            IntStream.range(0, written.alternatives()).mapToObj(written::joined).toList(),
            written.pieces());
      }
    };
  }
}

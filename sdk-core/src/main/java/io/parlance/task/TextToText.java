package io.parlance.task;

import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.Splitting;
import io.parlance.generation.GenerativeModel;
import io.parlance.generation.TaskSettings;
import io.parlance.tokenizers.Tokenizer;
import java.util.List;

/**
 * Gives a text to a model with an encoder as it is, such as {@code "cola sentence: ..."} to T5, and
 * takes what it writes. Nothing is taken apart; a text that is too long is refused, or cut with
 * {@link #truncate(boolean)}.
 */
public final class TextToText extends TextWriter<TextToText, Generation> {
  static final WritingOptions DEFAULT = WritingOptions.of(Splitting.NONE);
  private static final String TASK = "text2text-generation";

  TextToText(BoundTask<WritingOptions, Generation> bound) {
    super(bound);
  }

  @Override
  TextToText view(BoundTask<WritingOptions, Generation> other) {
    return new TextToText(other);
  }

  /**
   * What the model writes for a text.
   *
   * @throws InvalidInputException if the text is null or too long
   */
  public Generation write(String text) {
    return process(input(text));
  }

  /** What the model writes for each of many texts, in their order. */
  public List<Generation> write(List<String> texts) {
    return processAll(inputs(texts));
  }

  /** The task on a model. */
  static WritingTask<Generation> task(GenerativeModel model, Tokenizer tokenizer) {
    TaskSettings settings = model.settings(TASK);
    SourceForm form = SourceForm.plain(tokenizer, settings.prefix(), settings.options());
    return new WritingTask<>() {
      @Override
      public TranslationLanguages.Direction source(String text, WritingOptions options) {
        return new TranslationLanguages.Direction(form, 0);
      }

      @Override
      public boolean readsAnything() {
        return true;
      }

      @Override
      public Generation result(Written written) {
        return written.pieces().get(0).generation();
      }
    };
  }
}

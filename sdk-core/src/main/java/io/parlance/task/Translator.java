package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.Protection;
import io.parlance.Splitting;
import io.parlance.Translation;
import io.parlance.generation.GenerativeModel;
import io.parlance.tokenizers.Tokenizer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Translates. A text of any length is taken apart into its sentences, these run together, and their
 * translations are put in the place of the sentences: white space, paragraphs, and what has no
 * words stay as they are. A text without words is its own translation.
 *
 * <p>Languages are named as the model does ({@code fr}, {@code fr_XX}, {@code fra_Latn}) or by any
 * ISO 639 code. How the model is told them follows from its files: words before the text (T5), a
 * first token of the source (Marian with several targets, MADLAD), or a token of the source and the
 * first one of the target (mBART, M2M100, NLLB).
 */
public final class Translator extends TextWriter<Translator, Translation> {
  static final WritingOptions DEFAULT = WritingOptions.of(Splitting.SENTENCES);

  Translator(BoundTask<WritingOptions, Translation> bound) {
    super(bound);
  }

  @Override
  Translator view(BoundTask<WritingOptions, Translation> other) {
    return new Translator(other);
  }

  /** The language of the texts; where it is not set, the one that the model's files name. */
  public Translator from(String language) {
    return with(options().withLanguages(named(language), options().to()));
  }

  /** The language to translate to; where it is not set, the one that the model's files name. */
  public Translator to(String language) {
    return with(options().withLanguages(options().from(), named(language)));
  }

  private static String named(String language) {
    if (language.isBlank()) {
      throw new InvalidInputException("the language is empty; give a code such as \"fr\"");
    }
    return language;
  }

  /** How texts are taken apart; into sentences by default. */
  public Translator splitting(Splitting splitting) {
    return with(options().withSplitting(splitting));
  }

  /**
   * Keeps such parts letter for letter. A sentence in which the model loses one is translated again
   * between them, and its pieces say {@link io.parlance.TextPiece#partial()}. Not for {@link
   * Splitting#NONE}.
   *
   * @param kinds at least one
   */
  public Translator protect(Protection... kinds) {
    if (kinds.length == 0) {
      throw new InvalidInputException("nothing to protect; name at least one kind");
    }
    return with(options().withProtection(EnumSet.copyOf(List.of(kinds))));
  }

  /** As {@link #protect(Protection...)}; none of them protects nothing. */
  public Translator protect(Set<Protection> kinds) {
    return with(options().withProtection(kinds));
  }

  /**
   * Translates a text.
   *
   * @throws InvalidInputException if the text is null, or the model does not know a language or
   *     needs one that is not set; the message lists those it knows
   */
  public Translation translate(String text) {
    return process(input(text));
  }

  /** Translates many texts, all their sentences together; results come in their order. */
  public List<Translation> translate(List<String> texts) {
    return processAll(inputs(texts));
  }

  /** The task on a model. */
  static WritingTask<Translation> task(GenerativeModel model, Tokenizer tokenizer) {
    TranslationLanguages languages = TranslationLanguages.of(model, tokenizer);
    return new WritingTask<>() {
      @Override
      public TranslationLanguages.Direction source(String text, WritingOptions options) {
        return languages.direction(text, options.from(), options.to());
      }

      @Override
      public Translation result(Written written) {
        return new Translation(
            IntStream.range(0, written.alternatives()).mapToObj(written::replaced).toList(),
            written.pieces(),
            written.from(),
            written.to());
      }
    };
  }
}

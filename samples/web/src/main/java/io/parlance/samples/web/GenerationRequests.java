package io.parlance.samples.web;

import io.parlance.InvalidInputException;
import io.parlance.generation.GenerationOption;
import io.parlance.samples.web.TaskRequest.GenerateOptions;
import io.parlance.task.TextGenerator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What requests ask of a generator. */
@Component
final class GenerationRequests {
  private static final int DEFAULT_NEW_TOKENS = 128;
  private static final int MOST_STOP_STRINGS = 16;

  private final InputRules rules;
  private final WebLimits limits;

  GenerationRequests(InputRules rules, WebLimits limits) {
    this.rules = rules;
    this.limits = limits;
  }

  String prompt(TaskRequest.Generate request) {
    return rules.text("prompt", request.prompt());
  }

  /**
   * A view with the options of a request. Where none says how long the answer may be, it has at
   * most 128 tokens, not as many as the model's files allow.
   */
  TextGenerator configure(TextGenerator generator, @Nullable GenerateOptions options) {
    if (options == null) {
      return generator.maxNewTokens(defaultNewTokens());
    }
    boolean draws =
        options.temperature() != null
            || options.topK() != null
            || options.topP() != null
            || options.seed() != null;
    TextGenerator view =
        generator.maxNewTokens(
            options.maxNewTokens() == null
                ? defaultNewTokens()
                : rules.newTokens(options.maxNewTokens()));
    if (options.numBeams() != null) {
      view = view.beams(rules.beams(options.numBeams()));
    }
    view =
        with(
            view,
            GenerationOption.DO_SAMPLE,
            options.doSample() != null || !draws ? options.doSample() : Boolean.TRUE);
    view = with(view, GenerationOption.TEMPERATURE, options.temperature());
    view = with(view, GenerationOption.TOP_K, options.topK());
    view = with(view, GenerationOption.TOP_P, options.topP());
    view = with(view, GenerationOption.SEED, options.seed());
    return with(view, GenerationOption.STOP_STRINGS, stopStrings(options.stopStrings()));
  }

  private int defaultNewTokens() {
    return Math.min(DEFAULT_NEW_TOKENS, limits.newTokens());
  }

  private @Nullable List<String> stopStrings(@Nullable List<String> texts) {
    if (texts != null && texts.size() > MOST_STOP_STRINGS) {
      throw new InvalidInputException(
          "option 'stop_strings' has %,d texts; at most %d are taken"
              .formatted(texts.size(), MOST_STOP_STRINGS));
    }
    return texts == null || texts.isEmpty() ? null : rules.texts("options.stop_strings", texts);
  }

  private static <T> TextGenerator with(
      TextGenerator view, GenerationOption<T> option, @Nullable T value) {
    return value == null ? view : view.with(option, value);
  }
}

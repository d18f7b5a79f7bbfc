package io.parlance.samples.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How {@code --task translate} learns and what is said of its languages. */
final class TranslationFlags {

  @Option(
      names = "--label-smoothing",
      paramLabel = "X",
      defaultValue = "0.1",
      description =
          "For translate: share of the target that is spread over all tokens (default: "
              + "${DEFAULT-VALUE}).")
  private double labelSmoothing;

  @Option(
      names = "--dev-sentences",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "For translate: sources of --dev that each evaluation translates, greedily, for BLEU and "
              + "chrF; BLEU chooses the best. 0 for none, the loss chooses then (default: "
              + "${DEFAULT-VALUE}).")
  private int developmentSentences;

  @Option(
      names = "--source-lang",
      paramLabel = "CODE",
      description = "For translate: language of the sources, kept with a new tokenizer.")
  private @Nullable String sourceLanguage;

  @Option(
      names = "--target-lang",
      paramLabel = "CODE",
      description =
          "For translate: language of the targets, kept with a new tokenizer; of several each line "
              + "names its own.")
  private @Nullable String targetLanguage;

  double labelSmoothing() {
    return labelSmoothing;
  }

  int developmentSentences() {
    return developmentSentences;
  }

  @Nullable String targetLanguage() {
    return targetLanguage;
  }

  /** The languages under the names that {@code tokenizer_config.json} has for them. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    if (sourceLanguage != null) {
      settings.put("source_lang", sourceLanguage);
    }
    if (targetLanguage != null) {
      settings.put("target_lang", targetLanguage);
    }
    return settings;
  }
}

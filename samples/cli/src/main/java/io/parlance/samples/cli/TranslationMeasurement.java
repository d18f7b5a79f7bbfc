package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import io.parlance.Translation;
import io.parlance.models.metric.Bleu;
import io.parlance.models.metric.Chrf;
import io.parlance.models.training.TranslationDataset;
import io.parlance.models.training.TranslationExample;
import io.parlance.task.Translator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How near translations come to their references.
 *
 * @param translator with all its options but the target language
 */
record TranslationMeasurement(Translator translator) {

  private static final int WINDOW = 128;

  /**
   * Translates all sources.
   *
   * @param to the target language of pairs that name none; null for that of the model
   * @return the metrics, with several languages of each besides those of all together
   */
  JsonObject measure(TranslationDataset dataset, @Nullable String to, Streams streams) {
    List<TranslationExample> examples = dataset.examples();
    if (to != null && !dataset.targetLanguages().isEmpty()) {
      throw new RefusedException(
          "the lines name their target languages "
              + dataset.targetLanguages()
              + "; leave --to out");
    }
    long start = System.nanoTime();
    List<String> translations = translate(examples, to, streams);
    double seconds = (System.nanoTime() - start) / 1e9;
    streams.messages().printf(Locale.ROOT, "%.0f texts/s%n", examples.size() / seconds);
    JsonObject metrics = new JsonObject();
    metrics.addProperty("examples", examples.size());
    add(metrics, translations, examples.stream().map(TranslationExample::target).toList());
    List<String> languages = dataset.targetLanguages();
    if (languages.size() > 1) {
      languages.forEach(
          language -> metrics.add(language, measure(language, examples, translations)));
    }
    return metrics;
  }

  private static JsonObject measure(
      String language, List<TranslationExample> examples, List<String> translations) {
    List<String> said = new ArrayList<>();
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      if (language.equals(examples.get(i).targetLanguage())) {
        said.add(translations.get(i));
        wanted.add(examples.get(i).target());
      }
    }
    JsonObject metrics = new JsonObject();
    metrics.addProperty("examples", said.size());
    add(metrics, said, wanted);
    return metrics;
  }

  private static void add(JsonObject metrics, List<String> said, List<String> wanted) {
    metrics.add("bleu", Json.number(Bleu.of(said, wanted).score()));
    metrics.add("chrf", Json.number(Chrf.of(said, wanted)));
  }

  private List<String> translate(
      List<TranslationExample> examples, @Nullable String to, Streams streams) {
    List<String> translations = new ArrayList<>(examples.size());
    try (Progress progress = new Progress(streams, "evaluate", examples.size(), 0)) {
      while (translations.size() < examples.size()) {
        int end = Math.min(examples.size(), translations.size() + WINDOW);
        translations.addAll(window(examples.subList(translations.size(), end), to));
        progress.step(translations.size(), "texts");
      }
    }
    return translations;
  }

  /** Pairs of one language together, results in the order of the pairs. */
  private List<String> window(List<TranslationExample> examples, @Nullable String to) {
    String[] results = new String[examples.size()];
    TreeSet<String> languages = new TreeSet<>();
    examples.forEach(
        example -> languages.add(Objects.requireNonNullElse(language(example, to), "")));
    for (String language : languages) {
      List<Integer> places = new ArrayList<>();
      for (int i = 0; i < results.length; i++) {
        if (language.equals(Objects.requireNonNullElse(language(examples.get(i), to), ""))) {
          places.add(i);
        }
      }
      Translator view = language.isEmpty() ? translator : translator.to(language);
      List<Translation> found =
          view.translate(places.stream().map(i -> examples.get(i).source()).toList());
      for (int i = 0; i < places.size(); i++) {
        results[places.get(i)] = found.get(i).text();
      }
    }
    return List.of(results);
  }

  private static @Nullable String language(TranslationExample example, @Nullable String to) {
    return example.targetLanguage() == null ? to : example.targetLanguage();
  }
}

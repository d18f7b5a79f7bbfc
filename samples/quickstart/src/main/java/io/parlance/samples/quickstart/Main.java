package io.parlance.samples.quickstart;

import io.parlance.Classification;
import io.parlance.LabelScore;
import io.parlance.Nlp;
import io.parlance.Translation;
import java.util.List;

/**
 * Classifies a handful of sentences with the starter models and prints labels with scores, and
 * their translations where there is a starter model for that too.
 */
public final class Main {

  private static final List<String> SENTENCES =
      List.of(
          "I was charged twice for the same coffee",
          "My new card has still not arrived",
          "How do I change my PIN?",
          "Somebody stole my phone, please lock my account",
          "What is the exchange rate for dollars today?");

  private Main() {}

  /** Takes sentences as arguments; without them it brings its own. */
  public static void main(String[] arguments) {
    List<String> sentences = arguments.length == 0 ? SENTENCES : List.of(arguments);
    try (Nlp nlp = Nlp.create()) {
      boolean translates =
          nlp.models().stream().anyMatch(model -> model.task().equals("translator"));
      List<Translation> translations = translates ? nlp.translate(sentences) : List.of();
      List<Classification> results = nlp.classifier().topK(3).classify(sentences);
      for (int i = 0; i < sentences.size(); i++) {
        System.out.println(sentences.get(i));
        if (translates) {
          System.out.printf("    %s: %s%n", translations.get(i).to(), translations.get(i).text());
        }
        for (LabelScore each : results.get(i).labels()) {
          System.out.printf("    %.3f  %s%n", each.score(), each.label());
        }
      }
    }
  }
}

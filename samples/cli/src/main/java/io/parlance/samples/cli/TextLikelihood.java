package io.parlance.samples.cli;

import com.google.gson.JsonObject;

/**
 * How well a language model foretells texts, in units that compare: the tokens of models differ,
 * characters and words between white space do not.
 */
final class TextLikelihood {

  private long texts;
  private long tokens;
  private long words;
  private long characters;
  private double logLikelihood;

  /**
   * Adds a text.
   *
   * @param tokenCount how many tokens were foretold
   * @param logProbability the natural logarithm of their probability
   */
  void add(String text, long tokenCount, double logProbability) {
    texts++;
    tokens += tokenCount;
    words += text.isBlank() ? 0 : text.strip().split("\\s+").length;
    characters += text.codePointCount(0, text.length());
    logLikelihood += logProbability;
  }

  long tokens() {
    return tokens;
  }

  /**
   * Writes the figures.
   *
   * @param perplexity how the perplexity of a token is called
   */
  void write(JsonObject metrics, String perplexity) {
    metrics.addProperty("texts", texts);
    metrics.addProperty("tokens", tokens);
    metrics.add("log_likelihood", Json.number(logLikelihood));
    metrics.add(perplexity, Json.number(Math.exp(-logLikelihood / tokens)));
    writeUnits(metrics);
  }

  /** The figures whose units all models share. */
  void writeUnits(JsonObject metrics) {
    metrics.addProperty("words", words);
    metrics.addProperty("characters", characters);
    metrics.add("word_perplexity", Json.number(Math.exp(-logLikelihood / words)));
    metrics.add("bits_per_character", Json.number(-logLikelihood / Math.log(2) / characters));
  }
}

package io.parlance.models.ngram;

/**
 * How well a model foretells sentences. Logarithms are natural; the end of each sentence counts as
 * a token, its start does not.
 *
 * @param sentences how many
 * @param tokens how many words were foretold, ends of sentences included
 * @param unknownTokens how many of them the model does not know
 * @param logProbability the sum over all tokens; minus infinity where one of them cannot be
 * @param knownLogProbability the same without the unknown tokens
 * @param endLogProbability the part of {@code logProbability} that ends of sentences have
 */
public record NgramScore(
    long sentences,
    long tokens,
    long unknownTokens,
    double logProbability,
    double knownLogProbability,
    double endLogProbability) {

  /** Of no sentence. */
  public static final NgramScore NOTHING = new NgramScore(0, 0, 0, 0, 0, 0);

  /** The exponential of the mean negative log-probability; NaN for no token. */
  public double perplexity() {
    return Math.exp(-logProbability / tokens);
  }

  /** The same without the unknown tokens, as SRILM gives it; NaN where no other is left. */
  public double knownPerplexity() {
    return Math.exp(-knownLogProbability / (tokens - unknownTokens));
  }

  /**
   * The sum over words alone, without ends of sentences: what compares with language models that
   * foretell no ends.
   */
  public double wordLogProbability() {
    return logProbability - endLogProbability;
  }

  /** This and another together. */
  public NgramScore plus(NgramScore other) {
    return new NgramScore(
        sentences + other.sentences,
        tokens + other.tokens,
        unknownTokens + other.unknownTokens,
        logProbability + other.logProbability,
        knownLogProbability + other.knownLogProbability,
        endLogProbability + other.endLogProbability);
  }
}

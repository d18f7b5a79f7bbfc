package io.parlance.task;

import io.parlance.Aggregation;
import io.parlance.Entity;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes entities of the label scores of one window's tokens, by the rules of the token
 * classification pipeline of transformers.
 */
final class TokenAggregation {
  private final Tokenizer tokenizer;
  private final int unknownId;
  private final List<String> labels;
  private final Aggregation aggregation;

  TokenAggregation(Tokenizer tokenizer, List<String> labels, Aggregation aggregation) {
    this.tokenizer = tokenizer;
    this.unknownId = tokenizer.unknownTokenId().orElse(-1);
    this.labels = labels;
    this.aggregation = aggregation;
  }

  /**
   * One token of the text.
   *
   * @param scores a probability for each label
   * @param continuesWord whether it belongs to the word of the token before it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record ScoredToken(
      String word, float[] scores, int start, int end, int index, boolean continuesWord) {}

  /**
   * Entities of all labels, in the order of the text.
   *
   * @param scores for each token of the window in turn, a probability for each label
   */
  List<TaggedSpan> entities(String text, Encoding window, float[] scores) {
    List<ScoredToken> tokens = tokens(text, window, scores);
    return switch (aggregation) {
      case NONE -> tagged(tokens);
      case SIMPLE -> grouped(tagged(tokens));
      case FIRST, AVERAGE, MAX -> grouped(words(tokens));
    };
  }

  private List<ScoredToken> tokens(String text, Encoding window, float[] scores) {
    int width = labels.size();
    List<ScoredToken> tokens = new ArrayList<>();
    for (int i = 0; i < window.length(); i++) {
      if (window.isSpecial(i)) {
        continue;
      }
      int start = window.start(i);
      int end = Math.max(start, window.end(i));
      boolean unknown = window.id(i) == unknownId;
      String word = unknown ? text.substring(start, end) : window.token(i);
      float[] own = new float[width];
      System.arraycopy(scores, i * width, own, 0, width);
      tokens.add(
          new ScoredToken(
              word, own, start, end, i, !unknown && continuesWord(text, word, start, end)));
    }
    return tokens;
  }

  /**
   * With a mark for continuations, a token that has one is longer than what it stands for; without
   * one, a token begins a word where there is a space. Both miss cases, which users of the
   * reference know.
   */
  private boolean continuesWord(String text, String token, int start, int end) {
    if (tokenizer.marksContinuations()) {
      return token.codePointCount(0, token.length()) != text.codePointCount(start, end);
    }
    return start > 0
        && text.charAt(start - 1) != ' '
        && (start == text.length() || text.charAt(start) != ' ');
  }

  private List<TaggedSpan> tagged(List<ScoredToken> tokens) {
    return tokens.stream()
        .map(token -> span(token.scores(), token.start(), token.end(), token.word(), token.index()))
        .toList();
  }

  private TaggedSpan span(float[] scores, int start, int end, String word, int index) {
    int best = best(scores);
    return new TaggedSpan(labels.get(best), scores[best], start, end, word, index);
  }

  private static int best(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    return best;
  }

  private List<TaggedSpan> words(List<ScoredToken> tokens) {
    List<TaggedSpan> words = new ArrayList<>();
    int from = 0;
    for (int to = 1; to <= tokens.size(); to++) {
      if (to == tokens.size() || !tokens.get(to).continuesWord()) {
        words.add(word(tokens.subList(from, to)));
        from = to;
      }
    }
    return words;
  }

  private TaggedSpan word(List<ScoredToken> tokens) {
    float[] scores =
        switch (aggregation) {
          case AVERAGE -> average(tokens);
          case MAX -> mostCertain(tokens);
          default -> tokens.get(0).scores();
        };
    return span(
        scores,
        tokens.get(0).start(),
        tokens.get(tokens.size() - 1).end(),
        tokenizer.decodeTokens(tokens.stream().map(ScoredToken::word).toList()),
        Entity.NO_INDEX);
  }

  private float[] average(List<ScoredToken> tokens) {
    float[] mean = new float[labels.size()];
    for (int label = 0; label < mean.length; label++) {
      double sum = 0;
      for (ScoredToken token : tokens) {
        sum += token.scores()[label];
      }
      mean[label] = (float) (sum / tokens.size());
    }
    return mean;
  }

  private static float[] mostCertain(List<ScoredToken> tokens) {
    float[] chosen = tokens.get(0).scores();
    for (ScoredToken token : tokens) {
      if (token.scores()[best(token.scores())] > chosen[best(chosen)]) {
        chosen = token.scores();
      }
    }
    return chosen;
  }

  private List<TaggedSpan> grouped(List<TaggedSpan> spans) {
    List<TaggedSpan> groups = new ArrayList<>();
    int from = 0;
    for (int to = 1; to <= spans.size(); to++) {
      if (to == spans.size() || begins(spans.get(to).label(), spans.get(to - 1).label())) {
        groups.add(group(spans.subList(from, to)));
        from = to;
      }
    }
    return groups;
  }

  private static boolean begins(String label, String before) {
    return label.startsWith("B-") || !tag(label).equals(tag(before));
  }

  private static String tag(String label) {
    return label.startsWith("B-") || label.startsWith("I-") ? label.substring(2) : label;
  }

  private TaggedSpan group(List<TaggedSpan> spans) {
    String label = spans.get(0).label();
    double sum = 0;
    for (TaggedSpan span : spans) {
      sum += span.score();
    }
    return new TaggedSpan(
        label.substring(label.lastIndexOf('-') + 1),
        (float) (sum / spans.size()),
        spans.get(0).start(),
        spans.get(spans.size() - 1).end(),
        tokenizer.decodeTokens(spans.stream().map(TaggedSpan::word).toList()),
        Entity.NO_INDEX);
  }
}

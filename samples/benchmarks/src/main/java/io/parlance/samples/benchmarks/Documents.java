package io.parlance.samples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * English documents of mixed length, always the same: the words of a text in another order, 5 to
 * 400 of them, the median 40, as a corpus of questions, reviews and news has them.
 */
final class Documents {

  private static final double MEDIAN_WORDS = 40;
  private static final double SPREAD = 0.9; // of the logarithm: one in ten has more than 125 words
  private static final int FEWEST = 5;
  private static final int MOST = 400;
  private static final double MEDIAN_SENTENCE = 10;
  private static final double SENTENCE_SPREAD = 0.6;
  private static final int SHORTEST_SENTENCE = 3;
  private static final int LONGEST_SENTENCE = 30;

  private final String[] words;

  /**
   * Documents of the words of a file.
   *
   * @param source any English text of some thousand words
   */
  Documents(Path source) throws IOException {
    words = Files.readString(source).strip().split("\\s+");
  }

  /** The sentences that a tokenizer learns from. */
  List<String> lines() {
    return Arrays.asList(words);
  }

  /** Documents of log-normal length. */
  List<String> mixed(int count) {
    Random random = new Random(1);
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      double length = MEDIAN_WORDS * Math.exp(SPREAD * random.nextGaussian());
      int words = (int) Math.max(FEWEST, Math.min(MOST, length));
      StringBuilder text = new StringBuilder("Document ").append(i).append(':');
      for (int word = 0; word < words; word++) {
        text.append(' ').append(this.words[random.nextInt(this.words.length)]);
      }
      texts.add(text.toString());
    }
    return texts;
  }

  /** Sentences of 3 to 30 words, the median 10, no two of them equal. */
  List<String> sentences(int count) {
    Random random = new Random(2);
    List<String> sentences = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      double length = MEDIAN_SENTENCE * Math.exp(SENTENCE_SPREAD * random.nextGaussian());
      int words = (int) Math.max(SHORTEST_SENTENCE, Math.min(LONGEST_SENTENCE, length));
      StringBuilder text = new StringBuilder("Sentence ").append(i);
      for (int word = 0; word < words; word++) {
        text.append(' ').append(this.words[random.nextInt(this.words.length)]);
      }
      sentences.add(text.append('.').toString());
    }
    return sentences;
  }
}

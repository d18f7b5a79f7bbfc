package io.parlance.models.ngram;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How likely a word is after the ones before it, from counts of a text: what {@link NgramTrainer}
 * makes, or what an ARPA file holds. Immutable and thread-safe.
 *
 * <p>Words are strings. A sentence is opened by {@value Vocabulary#START_WORD} and closed by
 * {@value Vocabulary#END_WORD}; a word that the model does not have is {@value
 * Vocabulary#UNKNOWN_WORD}.
 */
public abstract sealed class NgramLanguageModel permits BackoffModel, CountModel {

  private final NgramTrie trie;
  private final @Nullable NgramSmoothing smoothing;

  NgramLanguageModel(NgramTrie trie, @Nullable NgramSmoothing smoothing) {
    this.trie = trie;
    this.smoothing = smoothing;
  }

  /**
   * Loads what {@link #save} wrote, or an ARPA file (plain or gzip).
   *
   * @throws io.parlance.ModelNotFoundException if it is not there
   * @throws io.parlance.ModelUnusableException if it cannot be read as such
   */
  public static NgramLanguageModel load(Path folderOrArpaFile) {
    return NgramFolder.load(folderOrArpaFile);
  }

  /** Whether a path is an ARPA file by its name, or a folder that {@link #save} wrote. */
  public static boolean isAt(Path folderOrFile) {
    return NgramFolder.isAt(folderOrFile);
  }

  /**
   * Writes a folder: {@code config.json}, and {@code model.arpa} for Kneser-Ney or what was read
   * from such a file, {@code counts.tsv} for the others (SRILM's format: an n-gram, a tab, its
   * count). A model that was there is replaced.
   *
   * @throws io.parlance.InvalidInputException if the folder holds anything but an n-gram model
   * @throws io.parlance.NlpException if the folder cannot be written
   */
  public void save(Path folder) {
    NgramFolder.save(this, folder);
  }

  /**
   * Writes an ARPA file: logarithms to base 10, back-off weights, {@value Vocabulary#START_WORD}
   * with probability -99. What is read from it gives the same probabilities.
   *
   * @throws io.parlance.InvalidInputException if the model is no back-off model: the probabilities
   *     of maximum likelihood, Lidstone and Jelinek-Mercer do not fit into the format for more than
   *     single words
   * @throws io.parlance.NlpException if the file cannot be written
   */
  public void writeArpa(Path file) {
    ArpaWriter.write(this, file);
  }

  /** The longest n-gram in words. */
  public int order() {
    return trie.order();
  }

  /** How many n-grams of a length the model has, 1 to {@link #order}. */
  public int size(int length) {
    if (length < 1 || length > order()) {
      throw new IllegalArgumentException(
          "length " + length + " must be between 1 and the order " + order());
    }
    return trie.size(length);
  }

  /** All words, among them {@code <unk>}, {@code <s>} and {@code </s>}. */
  public List<String> vocabulary() {
    return trie.vocabulary().words();
  }

  /** How counts became probabilities; empty for what was read from an ARPA file. */
  public Optional<NgramSmoothing> smoothing() {
    return Optional.ofNullable(smoothing);
  }

  /**
   * The probability of a word.
   *
   * @param context the words before it, the nearest last; only the last {@code order() - 1} count.
   *     {@code <s>} opens a sentence; models that keep counts were trained with {@code order() - 1}
   *     of them, the others with one
   * @param word a word or {@code </s>}
   * @return 0 to 1; NaN where maximum likelihood has none because the context was not seen
   */
  public double probability(List<String> context, String word) {
    int used = Math.min(context.size(), order() - 1);
    int[] words = new int[used + 1];
    for (int i = 0; i < used; i++) {
      words[i] = trie.vocabulary().find(context.get(context.size() - used + i));
    }
    words[used] = trie.vocabulary().find(word);
    return words[used] == Vocabulary.START ? 0 : probability(words, 0, used);
  }

  /**
   * How well a sentence is foretold, its end included.
   *
   * @param words of one sentence, without start and end
   */
  public NgramScore score(List<String> words) {
    int[] opening = opening();
    int[] all = Arrays.copyOf(opening, opening.length + words.size() + 1);
    for (int i = 0; i < words.size(); i++) {
      all[opening.length + i] = plainWord(words.get(i));
    }
    all[all.length - 1] = Vocabulary.END;
    double known = 0;
    double unknown = 0;
    double end = 0;
    long unknownTokens = 0;
    for (int i = opening.length; i < all.length; i++) {
      double found = logProbability(all, Math.max(0, i - order() + 1), i);
      double log = Double.isNaN(found) ? Double.NEGATIVE_INFINITY : found;
      if (all[i] == Vocabulary.UNKNOWN) {
        unknown += log;
        unknownTokens++;
      } else {
        known += log;
      }
      end = log; // the last one is that of the end
    }
    return new NgramScore(1, words.size() + 1L, unknownTokens, known + unknown, known, end);
  }

  /**
   * How well a text is foretold: each line that holds words is a sentence, white space parts the
   * words.
   */
  public NgramScore score(String text) {
    NgramScore sum = NgramScore.NOTHING;
    for (List<String> sentence : sentences(text)) {
      sum = sum.plus(score(sentence));
    }
    return sum;
  }

  /** The lines of a text that hold words, each as its words. */
  static List<List<String>> sentences(String text) {
    List<List<String>> sentences = new ArrayList<>();
    text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .forEach(line -> sentences.add(List.of(line.split("\\s+"))));
    return sentences;
  }

  /** A word inside of a text is never the start or the end of a sentence. */
  private int plainWord(String word) {
    int id = trie.vocabulary().find(word);
    return id == Vocabulary.START || id == Vocabulary.END ? Vocabulary.UNKNOWN : id;
  }

  /** What stands before the first word of a sentence. */
  int[] opening() {
    return new int[] {Vocabulary.START};
  }

  /** Of {@code words[position]} after {@code words[from..position)}. */
  abstract double probability(int[] words, int from, int position);

  /** The natural logarithm of the same. */
  abstract double logProbability(int[] words, int from, int position);
}

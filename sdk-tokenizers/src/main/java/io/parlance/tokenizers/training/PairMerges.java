package io.parlance.tokenizers.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Byte pair encoding (Sennrich et al. 2016, algorithm 1): starting from characters, the most
 * frequent pair of neighbouring tokens becomes a token until the vocabulary is full. Order and ties
 * are those of the Hugging Face {@code BpeTrainer}: the pair with the lower ids wins. Pair counts
 * are kept up to date word by word, so a merge costs no more than the words that contain it.
 */
final class PairMerges {
  /**
   * Two neighbouring tokens, how often they occur, and the words that contain them (or did once).
   */
  private static final class Pair {
    final int left;
    final int right;
    long count;
    int[] words = new int[2];
    int wordCount;

    Pair(int left, int right) {
      this.left = left;
      this.right = right;
    }

    void addWord(int word) {
      if (wordCount > 0 && words[wordCount - 1] == word) {
        return;
      }
      if (wordCount == words.length) {
        words = Arrays.copyOf(words, wordCount * 2);
      }
      words[wordCount++] = word;
    }
  }

  /** A pair with the count that it had when it was queued. */
  private record Candidate(Pair pair, long count) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      if (count != other.count) {
        return Long.compare(other.count, count);
      }
      return pair.left != other.pair.left
          ? Integer.compare(pair.left, other.pair.left)
          : Integer.compare(pair.right, other.pair.right);
    }
  }

  /** One merge, as the tokens spell. */
  record Merge(String left, String right) {}

  private final int vocabularySize;
  private final long minimumFrequency;
  private final String continuingPrefix;
  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private final List<String> tokens = new ArrayList<>();
  private final Set<Merge> merges = new LinkedHashSet<>();
  private final Map<Long, Pair> pairs = new HashMap<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();
  private int[][] words = new int[0][];
  private long[] counts = new long[0];
  private int[] lastMergeOfWord = new int[0];

  /**
   * @param minimumFrequency pairs below this are not merged
   * @param continuingPrefix written before every token that does not start a word; empty for none
   */
  PairMerges(int vocabularySize, long minimumFrequency, String continuingPrefix) {
    this.vocabularySize = vocabularySize;
    this.minimumFrequency = minimumFrequency;
    this.continuingPrefix = continuingPrefix;
  }

  /**
   * Learns the vocabulary.
   *
   * @param first tokens that come first, in this order
   * @param initialAlphabet characters that are in the alphabet whether they occur or not
   * @param alphabetLimit how many characters the alphabet has at most; the rarest are left out.
   *     Null: all
   */
  void learn(
      SortedMap<String, Long> wordCounts,
      List<String> first,
      Set<Integer> initialAlphabet,
      @Nullable Integer alphabetLimit) {
    first.forEach(this::addToken);
    Set<Integer> alphabet = alphabet(wordCounts, initialAlphabet, alphabetLimit);
    alphabet.forEach(character -> addToken(Character.toString(character)));
    spell(wordCounts, alphabet);
    if (tokens.size() > vocabularySize) {
      throw new IllegalArgumentException(
          "vocabulary size "
              + vocabularySize
              + " is too small: special tokens and the alphabet of the texts need "
              + tokens.size()
              + "; raise it or limit the alphabet");
    }
    countPairs();
    mergeUntilFull();
  }

  /** Tokens by id. */
  List<String> tokens() {
    return tokens;
  }

  /** Merges, the most important first. */
  Set<Merge> merges() {
    return merges;
  }

  private int addToken(String token) {
    Integer known = ids.putIfAbsent(token, tokens.size());
    if (known != null) {
      return known;
    }
    tokens.add(token);
    return tokens.size() - 1;
  }

  private static Set<Integer> alphabet(
      SortedMap<String, Long> wordCounts, Set<Integer> initial, @Nullable Integer limit) {
    Map<Integer, Long> frequency = new TreeMap<>();
    wordCounts.forEach(
        (word, count) ->
            word.codePoints().forEach(character -> frequency.merge(character, count, Long::sum)));
    initial.forEach(character -> frequency.put(character, Long.MAX_VALUE));
    List<Integer> kept = new ArrayList<>(frequency.keySet());
    if (limit != null && kept.size() > limit) {
      kept.sort(
          (a, b) -> Long.compare(frequency.getOrDefault(b, 0L), frequency.getOrDefault(a, 0L)));
      kept = new ArrayList<>(kept.subList(0, limit));
      kept.sort(null);
    }
    return new LinkedHashSet<>(kept);
  }

  /** Writes each word as character tokens; characters outside of the alphabet are left out. */
  private void spell(SortedMap<String, Long> wordCounts, Set<Integer> alphabet) {
    if (!continuingPrefix.isEmpty()) {
      Set<Integer> continuing = new HashSet<>();
      wordCounts.keySet().forEach(word -> word.codePoints().skip(1).forEach(continuing::add));
      for (int character : alphabet) {
        if (continuing.contains(character)) {
          addToken(continuingPrefix + Character.toString(character));
        }
      }
    }
    words = new int[wordCounts.size()][];
    counts = new long[wordCounts.size()];
    lastMergeOfWord = new int[wordCounts.size()];
    Arrays.fill(lastMergeOfWord, -1);
    int index = 0;
    for (Map.Entry<String, Long> entry : wordCounts.entrySet()) {
      words[index] = spell(entry.getKey().codePoints().toArray(), alphabet);
      counts[index++] = entry.getValue();
    }
  }

  private int[] spell(int[] characters, Set<Integer> alphabet) {
    int[] spelled = new int[characters.length];
    int length = 0;
    for (int i = 0; i < characters.length; i++) {
      if (alphabet.contains(characters[i])) {
        String character = Character.toString(characters[i]);
        spelled[length++] = addToken(i == 0 ? character : continuingPrefix + character);
      }
    }
    return Arrays.copyOf(spelled, length);
  }

  private void countPairs() {
    for (int word = 0; word < words.length; word++) {
      count(word, 1, null);
    }
    pairs.values().forEach(pair -> queue.add(new Candidate(pair, pair.count)));
  }

  /** Adds ({@code sign} 1) or takes away (-1) the pairs of a word; pairs that grow are reported. */
  private void count(int word, int sign, @Nullable Set<Pair> grown) {
    int[] spelled = words[word];
    for (int i = 0; i + 1 < spelled.length; i++) {
      int left = spelled[i];
      int right = spelled[i + 1];
      Pair pair = pairs.computeIfAbsent((long) left << 32 | right, unseen -> new Pair(left, right));
      pair.count += sign * counts[word];
      if (sign > 0) {
        pair.addWord(word);
        if (grown != null) {
          grown.add(pair);
        }
      }
    }
  }

  private void mergeUntilFull() {
    for (int step = 0; tokens.size() < vocabularySize; step++) {
      Candidate best = queue.poll();
      if (best == null) {
        return;
      }
      Pair pair = best.pair();
      if (best.count() != pair.count) {
        if (pair.count > 0) {
          queue.add(new Candidate(pair, pair.count));
        }
        continue;
      }
      if (pair.count < Math.max(1, minimumFrequency)) {
        return;
      }
      merge(pair, step);
    }
  }

  private void merge(Pair pair, int step) {
    String left = tokens.get(pair.left);
    String right = tokens.get(pair.right);
    String tail =
        right.startsWith(continuingPrefix) ? right.substring(continuingPrefix.length()) : right;
    int merged = addToken(left + tail);
    merges.add(new Merge(left, right));
    Set<Pair> grown = new LinkedHashSet<>();
    for (int i = 0; i < pair.wordCount; i++) {
      int word = pair.words[i];
      if (lastMergeOfWord[word] == step) {
        continue;
      }
      lastMergeOfWord[word] = step;
      int[] rewritten = replace(words[word], pair.left, pair.right, merged);
      if (rewritten.length < words[word].length) {
        count(word, -1, null);
        words[word] = rewritten;
        count(word, 1, grown);
      }
    }
    pairs.remove((long) pair.left << 32 | pair.right);
    pair.count = 0;
    for (Pair candidate : grown) {
      // Only pairs with the new token have gained; others are in the queue with at least their
      // count.
      if ((candidate.left == merged || candidate.right == merged) && candidate.count > 0) {
        queue.add(new Candidate(candidate, candidate.count));
      }
    }
  }

  private static int[] replace(int[] word, int left, int right, int merged) {
    int[] rewritten = new int[word.length];
    int length = 0;
    for (int i = 0; i < word.length; i++) {
      if (i + 1 < word.length && word[i] == left && word[i + 1] == right) {
        rewritten[length++] = merged;
        i++;
      } else {
        rewritten[length++] = word[i];
      }
    }
    return Arrays.copyOf(rewritten, length);
  }
}

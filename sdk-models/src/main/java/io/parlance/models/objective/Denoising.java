package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What BART is pretrained with (Lewis et al. 2020, arXiv:1910.13461, sections 2.2 and 4): spans of
 * a text, whose lengths are Poisson distributed, become one mask token each, a span of no words
 * lets one in between; sentences are put into random order; and the model writes the text as it
 * was. Spans consist of whole words where the tokenizer tells words.
 *
 * @param share the share of tokens in spans; 0.3 in the paper
 * @param meanLength the mean length of a span in words; 3 in the paper
 * @param sentenceEnds ids of tokens that end a sentence; empty to leave the order as it is
 * @param maskTokenId the id of the mask token
 * @param padTokenId the id that fills up shorter sequences
 * @param decoderStart the id that the decoder begins with
 * @param vocabularySize the number of token ids
 */
public record Denoising(
    double share,
    double meanLength,
    Set<Integer> sentenceEnds,
    int maskTokenId,
    int padTokenId,
    int decoderStart,
    int vocabularySize)
    implements PretrainingObjective {

  private static final double BART_SHARE = 0.3;
  private static final double BART_MEAN_LENGTH = 3;

  /** Longer spans have a probability below 1e-9 at a mean of 3. */
  private static final int LONGEST = 24;

  public Denoising {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "the share of tokens in spans is " + share + ", expected between 0 and 1");
    }
    if (!(meanLength > 0)) {
      throw new IllegalArgumentException(
          "the mean length of a span is " + meanLength + ", expected above 0");
    }
    sentenceEnds = Set.copyOf(sentenceEnds);
  }

  /** As BART: 30 % of the tokens, spans of 3 words on average. */
  public static Denoising bart(
      Set<Integer> sentenceEnds,
      int maskTokenId,
      int padTokenId,
      int decoderStart,
      int vocabularySize) {
    return new Denoising(
        BART_SHARE,
        BART_MEAN_LENGTH,
        sentenceEnds,
        maskTokenId,
        padTokenId,
        decoderStart,
        vocabularySize);
  }

  /** The text as the model gets it; tokens that are no words, such as {@code <s>}, stay. */
  public int[] corrupt(TokenSequence sequence, CounterRandom random) {
    return infilled(shuffled(sequence, random.fork("sentences")), random.fork("spans"));
  }

  /** The same sentences in random order. */
  private TokenSequence shuffled(TokenSequence sequence, CounterRandom random) {
    int first = 0;
    int last = sequence.length();
    while (first < last && sequence.word(first) == TokenSequence.NO_WORD) {
      first++;
    }
    while (last > first && sequence.word(last - 1) == TokenSequence.NO_WORD) {
      last--;
    }
    List<Span> sentences = new ArrayList<>();
    int start = first;
    for (int i = first; i < last; i++) {
      if (i == last - 1 || sentenceEnds.contains(sequence.id(i))) {
        sentences.add(new Span(start, i + 1));
        start = i + 1;
      }
    }
    IntStream.Builder order = IntStream.builder();
    IntStream.range(0, first).forEach(order::add);
    for (int sentence : random.permutation(sentences.size())) {
      Span span = sentences.get(sentence);
      IntStream.range(span.start(), span.end()).forEach(order::add);
    }
    IntStream.range(last, sequence.length()).forEach(order::add);
    return sequence.reordered(order.build().toArray());
  }

  /** Masks instead of spans, until so many tokens are gone. */
  private int[] infilled(TokenSequence sequence, CounterRandom random) {
    List<Span> words = words(sequence);
    int tokens = words.stream().mapToInt(Span::length).sum();
    int budget = (int) Math.rint(tokens * share);
    double[] lengths = Span.poisson(meanLength, LONGEST);
    boolean[] gone = new boolean[sequence.length()];
    boolean[] startsSpan = new boolean[sequence.length()];
    List<Integer> insertions = new ArrayList<>();
    int room = 0; // a text does not become longer
    int[] order = random.permutation(words.size());
    for (int i = 0; i < order.length && budget > 0; i++) {
      int word = order[i];
      int length = Span.draw(lengths, random.fork("lengths").uniform(i));
      if (length == 0) {
        insertions.add(words.get(word).start());
        budget--;
        continue;
      }
      if (gone[words.get(word).start()]) {
        continue;
      }
      startsSpan[words.get(word).start()] = true;
      room--;
      for (int w = word; w < Math.min(words.size(), word + length) && budget > 0; w++) {
        Span span = words.get(w);
        if (gone[span.start()]) {
          break; // another span begins here
        }
        Arrays.fill(gone, span.start(), span.end(), true);
        budget -= span.length();
        room += span.length();
      }
    }
    Set<Integer> inserted = Set.copyOf(insertions.subList(0, Math.min(room, insertions.size())));
    IntStream.Builder corrupted = IntStream.builder();
    for (int i = 0; i < sequence.length(); i++) {
      if (inserted.contains(i)) {
        corrupted.add(maskTokenId);
      }
      if (startsSpan[i]) {
        corrupted.add(maskTokenId);
      }
      if (!gone[i]) {
        corrupted.add(sequence.id(i));
      }
    }
    return corrupted.build().toArray();
  }

  private static List<Span> words(TokenSequence sequence) {
    List<Span> words = new ArrayList<>();
    for (int start = 0; start < sequence.length(); ) {
      int end = start + 1;
      while (end < sequence.length() && sequence.continuesWord(end)) {
        end++;
      }
      if (sequence.word(start) != TokenSequence.NO_WORD) {
        words.add(new Span(start, end));
      }
      start = end;
    }
    return words;
  }

  @Override
  public Map<String, Input> inputs() {
    return SpanCorruption.sourceAndTarget();
  }

  @Override
  public long targets(Map<String, Tensor> batch) {
    return TokenBatch.counted(batch, "labels");
  }

  @Override
  public Map<String, Tensor> collate(
      List<TokenSequence> sequences, int[] numbers, CounterRandom random) {
    List<int[]> sources = new ArrayList<>(sequences.size());
    List<int[]> targets = new ArrayList<>(sequences.size());
    for (int row = 0; row < sequences.size(); row++) {
      sources.add(corrupt(sequences.get(row), random.fork(numbers[row])));
      targets.add(sequences.get(row).ids());
    }
    return SpanCorruption.sourceAndTarget(sources, targets, padTokenId, decoderStart);
  }

  /** The order of a set may differ from run to run. */
  @Override
  public String toString() {
    return "Denoising[%s, %s, %s, %d, %d, %d, %d]"
        .formatted(
            share,
            meanLength,
            sentenceEnds.stream().sorted().toList(),
            maskTokenId,
            padTokenId,
            decoderStart,
            vocabularySize);
  }
}

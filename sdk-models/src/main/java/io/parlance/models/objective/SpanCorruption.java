package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What T5 is pretrained with (Raffel et al. 2020, arXiv:1910.10683, section 3.1.4): spans of a text
 * are each replaced by a sentinel of their own, and the model writes, behind each sentinel, what
 * stood there. The text begins with kept tokens and ends with a span, as in the authors' library.
 *
 * @param density the share of tokens in spans
 * @param meanLength the mean length of a span
 * @param sentinels the ids of the sentinels, in the order of their use
 * @param endTokenId the id that ends the input and the target
 * @param padTokenId the id that fills up shorter sequences
 * @param decoderStart the id that the decoder begins with
 * @param vocabularySize the number of token ids
 */
public record SpanCorruption(
    double density,
    double meanLength,
    List<Integer> sentinels,
    int endTokenId,
    int padTokenId,
    int decoderStart,
    int vocabularySize)
    implements PretrainingObjective {

  private static final double T5_DENSITY = 0.15;
  private static final double T5_MEAN_LENGTH = 3;

  /**
   * A text and what is asked about it.
   *
   * @param input the text with sentinels, and the token that ends it
   * @param target the sentinels with their spans, and the token that ends it
   */
  @SuppressWarnings("ArrayRecordComponent") // short-lived, never compared
  public record Corrupted(int[] input, int[] target) {}

  /** The lengths of a text of so many tokens after corruption. */
  public record Lengths(int input, int target) {}

  public SpanCorruption {
    if (!(density > 0 && density < 1)) {
      throw new IllegalArgumentException(
          "the share of tokens in spans is " + density + ", expected between 0 and 1");
    }
    if (!(meanLength >= 1)) {
      throw new IllegalArgumentException(
          "the mean length of a span is " + meanLength + ", expected at least 1");
    }
    if (sentinels.isEmpty()) {
      throw new IllegalArgumentException("there are no sentinels; T5 has 100, <extra_id_0> to 99");
    }
    sentinels = List.copyOf(sentinels);
  }

  /** As T5: 15 % of the tokens, spans of 3 tokens on average; its decoder begins with padding. */
  public static SpanCorruption t5(
      List<Integer> sentinels, int endTokenId, int padTokenId, int vocabularySize) {
    return new SpanCorruption(
        T5_DENSITY, T5_MEAN_LENGTH, sentinels, endTokenId, padTokenId, padTokenId, vocabularySize);
  }

  /** The same for a model whose decoder begins with another token. */
  public SpanCorruption startingWith(int token) {
    return new SpanCorruption(
        density, meanLength, sentinels, endTokenId, padTokenId, token, vocabularySize);
  }

  private int noise(int tokens) {
    // half to even, as the authors' library rounds
    return Math.min(Math.max((int) Math.rint(tokens * density), 1), tokens - 1);
  }

  private int spans(int noise, int tokens) {
    int most = Math.min(Math.min(noise, tokens - noise), sentinels.size());
    return Math.max(1, Math.min(most, (int) Math.rint(noise / meanLength)));
  }

  /** How long the input and the target are that are made of a text of so many tokens. */
  public Lengths lengths(int tokens) {
    int noise = noise(tokens);
    int spans = spans(noise, tokens);
    return new Lengths(tokens - noise + spans + 1, noise + spans + 1);
  }

  /**
   * The longest text whose input is at most this long: 568 tokens for T5's inputs of 512. Where
   * half of the tokens are in spans, the target is no longer than the input either, as in the
   * library.
   */
  public int longestText(int inputLength) {
    int tokens = Math.max(2, inputLength);
    while (lengths(tokens + 1).input() <= inputLength) {
      tokens++;
    }
    return density == 0.5 && lengths(tokens).target() > inputLength ? tokens - 1 : tokens;
  }

  /** Spans of a text of at least two tokens, in their order. */
  public List<Span> choose(int tokens, CounterRandom random) {
    int noise = noise(tokens);
    int count = spans(noise, tokens);
    int[] hidden = Span.composition(noise, count, random.fork("hidden"));
    int[] kept = Span.composition(tokens - noise, count, random.fork("kept"));
    List<Span> spans = new ArrayList<>(count);
    int at = 0;
    for (int i = 0; i < count; i++) {
      int start = at + kept[i];
      at = start + hidden[i];
      spans.add(new Span(start, at));
    }
    return spans;
  }

  /**
   * A text with sentinels instead of spans.
   *
   * @param tokens the text without the token that ends it
   * @param spans in their order, none adjacent to another, at most as many as there are sentinels
   * @param closing whether a sentinel stands behind the last span of the target even where the text
   *     ends with that span; the paper's figure has it, the authors' library has not
   */
  public Corrupted corrupt(int[] tokens, List<Span> spans, boolean closing) {
    IntStream.Builder input = IntStream.builder();
    IntStream.Builder target = IntStream.builder();
    int at = 0;
    for (int i = 0; i < spans.size(); i++) {
      Span span = spans.get(i);
      add(input, tokens, at, span.start());
      input.add(sentinels.get(i));
      target.add(sentinels.get(i));
      add(target, tokens, span.start(), span.end());
      at = span.end();
    }
    add(input, tokens, at, tokens.length);
    if (closing || at < tokens.length) {
      target.add(sentinels.get(spans.size()));
    }
    input.add(endTokenId);
    target.add(endTokenId);
    return new Corrupted(input.build().toArray(), target.build().toArray());
  }

  private static void add(IntStream.Builder to, int[] tokens, int start, int end) {
    Arrays.stream(tokens, start, end).forEach(to::add);
  }

  @Override
  public Map<String, Input> inputs() {
    return sourceAndTarget();
  }

  /** The inputs of models that write a text about another. */
  static Map<String, Input> sourceAndTarget() {
    Map<String, Input> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Input.longs("batch", "sequence"));
    inputs.put("attention_mask", Input.longs("batch", "sequence"));
    inputs.put("decoder_input_ids", Input.longs("batch", "decoder_sequence"));
    inputs.put("labels", Input.longs("batch", "decoder_sequence"));
    return inputs;
  }

  /** The tensors of {@link #sourceAndTarget}. */
  static Map<String, Tensor> sourceAndTarget(
      List<int[]> sources, List<int[]> targets, int padTokenId, int decoderStart) {
    List<int[]> before = new ArrayList<>(targets.size());
    for (int[] target : targets) {
      int[] moved = new int[target.length];
      moved[0] = decoderStart;
      System.arraycopy(target, 0, moved, 1, target.length - 1);
      before.add(moved);
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("input_ids", TokenBatch.rows(sources, padTokenId));
    tensors.put("attention_mask", TokenBatch.mask(sources));
    tensors.put("decoder_input_ids", TokenBatch.rows(before, padTokenId));
    tensors.put("labels", TokenBatch.rows(targets, Losses.IGNORED));
    return tensors;
  }

  @Override
  public long targets(Map<String, Tensor> batch) {
    return TokenBatch.counted(batch, "labels");
  }

  /** One token is kept, one is asked for. */
  @Override
  public int shortestSequence() {
    return 2;
  }

  @Override
  public Map<String, Tensor> collate(
      List<TokenSequence> sequences, int[] numbers, CounterRandom random) {
    List<int[]> sources = new ArrayList<>(sequences.size());
    List<int[]> targets = new ArrayList<>(sequences.size());
    for (int row = 0; row < sequences.size(); row++) {
      int[] tokens = sequences.get(row).ids();
      Corrupted corrupted =
          corrupt(tokens, choose(tokens.length, random.fork(numbers[row])), false);
      sources.add(corrupted.input());
      targets.add(corrupted.target());
    }
    return sourceAndTarget(sources, targets, padTokenId, decoderStart);
  }
}

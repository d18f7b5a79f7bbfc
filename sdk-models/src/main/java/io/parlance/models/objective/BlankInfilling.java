package io.parlance.models.objective;

import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What the first GLM is pretrained with (Du et al. 2022, arXiv:2103.10360, section 2): blanks are
 * made in a text, part A, which all tokens see; behind it the spans that fill them stand in random
 * order, part B, and are written from left to right. Two positions tell where a token's blank is
 * and its place in the span.
 *
 * <p>Batches hold {@code input_ids}, {@code position_ids}, {@code block_position_ids}, {@code
 * target_ids}, {@code loss_mask} [batch, sequence] and {@code sep} [batch], the length of part A.
 *
 * @param tokens the ids with a meaning
 * @param share the share of tokens in blanks; 0.15 in the paper
 * @param meanLength the mean of the Poisson distribution of lengths; 3 in the paper
 * @param documentShare the share of texts that are continued instead, from a random place in their
 *     first half on; 0 for the published base and large models, which fill blanks only
 * @param vocabularySize the number of token ids
 */
public record BlankInfilling(
    Tokens tokens, double share, double meanLength, double documentShare, int vocabularySize)
    implements PretrainingObjective {

  private static final double PUBLISHED_SHARE = 0.15;
  private static final double PUBLISHED_MEAN = 3;
  private static final int LONGEST = 39;

  /**
   * The ids with a meaning.
   *
   * @param mask stands for a blank
   * @param generationMask stands for the rest of a text
   * @param start begins a span
   * @param end ends a span
   * @param padding fills up shorter sequences
   */
  public record Tokens(int mask, int generationMask, int start, int end, int padding) {}

  /** A text with blanks, and the spans that fill them. */
  @SuppressWarnings("ArrayRecordComponent") // short-lived, never compared
  public record Infilling(
      int[] ids, int[] targets, int[] lossMask, int[] positions, int[] blockPositions, int sep) {}

  public BlankInfilling {
    if (!(share > 0 && share < 1 && meanLength > 0 && documentShare >= 0 && documentShare <= 1)) {
      throw new IllegalArgumentException(
          "shares %s and %s and a mean of %s cannot be; expected shares of 1 and a positive mean"
              .formatted(share, documentShare, meanLength));
    }
  }

  /** As the published base and large models. */
  public static BlankInfilling published(Tokens tokens, int vocabularySize) {
    return new BlankInfilling(tokens, PUBLISHED_SHARE, PUBLISHED_MEAN, 0, vocabularySize);
  }

  /**
   * Blanks of a text, in its order: never the first token, never side by side.
   *
   * @param length tokens of the text, at least 2
   */
  public List<Span> choose(int length, CounterRandom random) {
    int budget = Math.max(1, (int) (length * share));
    double[] weights = Span.poisson(meanLength, LONGEST);
    weights[0] = 0;
    boolean[] blank = new boolean[length];
    CounterRandom lengths = random.fork("lengths");
    CounterRandom places = random.fork("places");
    // a text may be too full for another span; the number of tries keeps this finite
    for (int draw = 0, count = 0; count < budget && draw < 4 * length; draw++) {
      int size = Math.min(Span.draw(weights, lengths.uniform(draw)), length - 1);
      int start = 1 + places.below(length - size, draw);
      if (free(blank, start - 1, start + size + 1)) {
        Arrays.fill(blank, start, start + size, true);
        count += size;
      }
    }
    return Span.runs(blank);
  }

  private static boolean free(boolean[] blank, int start, int end) {
    for (int i = Math.max(start, 0); i < Math.min(end, blank.length); i++) {
      if (blank[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Puts the parts together.
   *
   * @param text its tokens
   * @param spans the blanks in the order of the text
   * @param order the order of the spans in part B
   * @param mask what stands for a blank
   */
  public Infilling fill(int[] text, List<Span> spans, int[] order, int mask) {
    Parts parts = new Parts();
    int[] blanks = new int[spans.size()];
    int at = 0;
    for (int i = 0; i < blanks.length; i++) {
      parts.keep(text, at, spans.get(i).start());
      blanks[i] = parts.size();
      parts.keep(new int[] {mask}, 0, 1);
      at = spans.get(i).end();
    }
    parts.keep(text, at, text.length);
    int sep = parts.size();
    for (int i : order) {
      Span span = spans.get(i);
      parts.write(text, span.start(), span.end(), blanks[i], true);
    }
    return parts.infilling(sep);
  }

  /**
   * A text that is continued: its last {@code length} tokens become one blank, whose end is the end
   * of the text.
   */
  public Infilling continued(int[] text, int length) {
    Parts parts = new Parts();
    int start = text.length - length;
    parts.keep(text, 0, start);
    parts.keep(new int[] {tokens.generationMask}, 0, 1);
    int sep = parts.size();
    parts.write(text, start, text.length, start, false);
    return parts.infilling(sep);
  }

  /** What was put together by now. */
  private final class Parts {
    private final List<int[]> columns = new ArrayList<>();

    int size() {
      return columns.size();
    }

    /** Tokens of part A. */
    void keep(int[] text, int start, int end) {
      for (int i = start; i < end; i++) {
        columns.add(new int[] {text[i], text[i], 0, columns.size(), 0});
      }
    }

    /**
     * A span of part B.
     *
     * @param ends whether a token of its own ends it
     */
    void write(int[] text, int start, int end, int blank, boolean ends) {
      int before = tokens.start;
      for (int i = start; i < end; i++) {
        columns.add(new int[] {before, text[i], 1, blank, i - start + 1});
        before = text[i];
      }
      if (ends) {
        columns.add(new int[] {before, tokens.end, 1, blank, end - start + 1});
      }
    }

    Infilling infilling(int sep) {
      return new Infilling(row(0), row(1), row(2), row(3), row(4), sep);
    }

    private int[] row(int which) {
      return columns.stream().mapToInt(column -> column[which]).toArray();
    }
  }

  private Infilling infilling(int[] text, CounterRandom random) {
    if (random.fork("kind").uniform(0) < documentShare) {
      int least = text.length / 2;
      return continued(
          text, least + random.fork("length").below(Math.max(1, text.length - 1 - least), 0));
    }
    List<Span> spans = choose(text.length, random.fork("blanks"));
    return fill(text, spans, random.fork("order").permutation(spans.size()), tokens.mask);
  }

  @Override
  public Map<String, Input> inputs() {
    Map<String, Input> inputs = new LinkedHashMap<>();
    for (String name :
        List.of("input_ids", "position_ids", "block_position_ids", "target_ids", "loss_mask")) {
      inputs.put(name, Input.longs("batch", "sequence"));
    }
    inputs.put("sep", Input.longs("batch"));
    return inputs;
  }

  @Override
  public long targets(Map<String, Tensor> batch) {
    return LongStream.of(Objects.requireNonNull(batch.get("loss_mask")).toLongArray()).sum();
  }

  @Override
  public int shortestSequence() {
    return 3;
  }

  @Override
  public Map<String, Tensor> collate(
      List<TokenSequence> sequences, int[] numbers, CounterRandom random) {
    List<Infilling> rows =
        IntStream.range(0, numbers.length)
            .mapToObj(row -> infilling(sequences.get(row).ids(), random.fork(numbers[row])))
            .toList();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    int padding = tokens.padding;
    inputs.put("input_ids", TokenBatch.rows(rows.stream().map(Infilling::ids).toList(), padding));
    inputs.put(
        "position_ids", TokenBatch.rows(rows.stream().map(Infilling::positions).toList(), 0));
    inputs.put(
        "block_position_ids",
        TokenBatch.rows(rows.stream().map(Infilling::blockPositions).toList(), 0));
    inputs.put(
        "target_ids", TokenBatch.rows(rows.stream().map(Infilling::targets).toList(), padding));
    inputs.put("loss_mask", TokenBatch.rows(rows.stream().map(Infilling::lossMask).toList(), 0));
    inputs.put("sep", TokenBatch.column(rows.stream().mapToInt(Infilling::sep).toArray()));
    return inputs;
  }
}

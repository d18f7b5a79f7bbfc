package io.parlance.generation;

import io.parlance.cache.PromptCache;
import io.parlance.runtime.Decoder;
import io.parlance.runtime.DecoderBatch;
import io.parlance.runtime.RunControl;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads prompts for a decoder without encoder: those of one length in one run, and what the prompt
 * cache knows of them not at all. Where prompts that are read together share a beginning, one of
 * them is read before the others.
 */
final class PromptReader {
  /** Fewer known tokens than this save less than a run of their own costs. */
  private static final int WORTHWHILE = 16;

  /** Tokens that a prompt has for each one that is read alone, where only that is possible. */
  private static final int ALONE = 8;

  private final Decoder decoder;
  private final @Nullable PromptCache cache;
  private final RunControl control;
  private final boolean states;

  /**
   * A reader.
   *
   * @param cache null for none
   */
  PromptReader(Decoder decoder, @Nullable PromptCache cache, RunControl control) {
    this(decoder, cache, control, false);
  }

  private PromptReader(
      Decoder decoder, @Nullable PromptCache cache, RunControl control, boolean states) {
    this.states = states;
    this.decoder = decoder;
    this.cache = cache != null && cache.remembers() ? cache : null;
    this.control = control;
  }

  /** One that reads the hidden states of all tokens too, which the cache does not have. */
  PromptReader withStates() {
    return new PromptReader(decoder, null, control, true);
  }

  /** A prompt with what is known of it. */
  private record Known<J>(J job, int[] prompt, PromptCache.Match match) {
    List<Integer> shape() {
      return List.of(match.length(), prompt.length);
    }
  }

  /**
   * Reads.
   *
   * @param jobs what the prompts belong to
   * @param started takes jobs whose prompts are the rows of a batch, and the batch, which it owns
   */
  <J> void read(
      List<J> jobs, Function<J, int[]> prompts, BiConsumer<List<J>, DecoderBatch> started) {
    List<J> waiting = jobs;
    for (int round = 0; !waiting.isEmpty(); round++) {
      List<J> later = new ArrayList<>();
      List<Known<J>> now = new ArrayList<>();
      try {
        for (J job : waiting) {
          int[] prompt = prompts.apply(job);
          if (round == 0 && followsAnother(prompt, now)) {
            later.add(job);
          } else {
            now.add(new Known<>(job, prompt, lookUp(prompt)));
          }
        }
        Map<List<Integer>, List<Known<J>>> byShape = new LinkedHashMap<>();
        now.forEach(
            each -> byShape.computeIfAbsent(each.shape(), shape -> new ArrayList<>()).add(each));
        byShape.values().forEach(alike -> start(alike, started));
      } finally {
        now.forEach(each -> each.match().close());
      }
      waiting = later;
    }
  }

  /** Whether a prompt begins like one that will be in the cache before, for longer than now. */
  private <J> boolean followsAnother(int[] prompt, List<Known<J>> others) {
    if (cache == null || others.isEmpty()) {
      return false;
    }
    int longest = 0;
    for (Known<J> other : others) {
      int most = Math.min(prompt.length - 1, other.prompt().length);
      int different = Arrays.mismatch(prompt, 0, most, other.prompt(), 0, most);
      longest = Math.max(longest, different < 0 ? most : different);
    }
    if (!isWorthwhile(longest, prompt.length)) {
      return false;
    }
    try (PromptCache.Match match = cache.find(prompt, prompt.length - 1)) {
      return longest >= match.length() + WORTHWHILE;
    }
  }

  private PromptCache.Match lookUp(int[] prompt) {
    if (cache == null) {
      return PromptCache.Match.NOTHING;
    }
    PromptCache.Match match = cache.find(prompt, prompt.length - 1);
    if (!isWorthwhile(match.length(), prompt.length)) {
      match.close();
      match = PromptCache.Match.NOTHING;
    }
    cache.count(prompt.length, match.length());
    return match;
  }

  private boolean isWorthwhile(int known, int length) {
    return (known >= WORTHWHILE || 2 * known >= length && known > 0)
        && (length - known <= Math.max(1, length / ALONE) || decoder.readsOn());
  }

  private <J> void start(List<Known<J>> alike, BiConsumer<List<J>, DecoderBatch> started) {
    List<int[]> prompts = alike.stream().map(Known::prompt).toList();
    int known = alike.get(0).match().length();
    DecoderBatch batch =
        known == 0
            ? states ? decoder.startWithStates(prompts, control) : decoder.start(prompts, control)
            : decoder.resume(alike.stream().map(each -> each.match().parts()).toList());
    try {
      if (known > 0) {
        int rest = prompts.get(0).length - known;
        int[] tokens = new int[alike.size() * rest];
        for (int i = 0; i < alike.size(); i++) {
          System.arraycopy(prompts.get(i), known, tokens, i * rest, rest);
        }
        batch.feed(tokens, rest, 1, control);
      }
      for (int i = 0; i < alike.size() && cache != null; i++) {
        cache.add(prompts.get(i), batch, i);
      }
    } catch (RuntimeException | Error e) {
      batch.close();
      throw e;
    }
    started.accept(alike.stream().map(Known::job).toList(), batch);
  }
}

package io.parlance.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import io.parlance.runtime.CachedTokens;
import io.parlance.runtime.DecoderBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what a decoder computed for prompts, so that a prompt which begins as an earlier one
 * did is read from where they part. A tree of pieces of up to {@link #PIECE} tokens: prompts with a
 * common beginning share its pieces, and a piece may be used up to any of its tokens. Caffeine
 * bounds the native memory and chooses what makes room; what hangs on a piece goes with it. Memory
 * that a reader holds is freed when that reader is done. Thread-safe.
 */
public final class PromptCache implements AutoCloseable {
  /** Tokens of a piece: a page of memory or more for each head, and little to copy twice. */
  public static final int PIECE = 32;

  private static final int OVERHEAD = 400; // bytes of heap around a piece, on a 64-bit JVM

  private final long maximumBytes;
  private final @Nullable Cache<Piece, CachedTokens> cache; // null remembers nothing
  private final Piece root = new Piece(null, new int[0]);
  private final Deque<Piece> dropped = new ArrayDeque<>(); // by Caffeine, still in the tree
  private final ReentrantLock lock = new ReentrantLock(); // of everything here
  private long prompts;
  private long hits;
  private long promptTokens;
  private long reusedTokens;
  private boolean closed;

  /** An empty cache. */
  public PromptCache(CachePolicy policy) {
    maximumBytes = policy.maximumBytes();
    if (maximumBytes == 0) {
      cache = null;
      return;
    }
    Caffeine<Piece, CachedTokens> builder =
        Caffeine.newBuilder()
            .executor(Runnable::run) // within our lock, which is thus the only one
            .recordStats()
            .maximumWeight(maximumBytes)
            .weigher((Piece piece, CachedTokens tokens) -> weight(tokens.bytes()))
            .removalListener((piece, tokens, cause) -> drop(piece, tokens));
    cache = (policy.expiry() == null ? builder : builder.expireAfterWrite(policy.expiry())).build();
  }

  /** Some tokens after those of another piece. Equal only to itself; the hash is of all tokens. */
  private static final class Piece {
    final @Nullable Piece parent;
    final int[] tokens;
    final int hash; // by the contents, so that Caffeine knows a piece that comes again
    final Map<Integer, List<Piece>> children = new HashMap<>(); // by their first token

    Piece(@Nullable Piece parent, int[] tokens) {
      this.parent = parent;
      this.tokens = tokens;
      this.hash = 31 * (parent == null ? 1 : parent.hash) + Arrays.hashCode(tokens);
    }

    /** The child that goes on most like a prompt, if any begins like it. */
    @Nullable Piece nearest(int[] prompt, int at, int end) {
      Piece best = null;
      int longest = 0;
      for (Piece child :
          at < end ? children.getOrDefault(prompt[at], List.of()) : List.<Piece>of()) {
        int common = child.common(prompt, at, end);
        if (common > longest) {
          longest = common;
          best = child;
        }
      }
      return best;
    }

    int common(int[] prompt, int at, int end) {
      int most = Math.min(tokens.length, end - at);
      int different = Arrays.mismatch(tokens, 0, most, prompt, at, at + most);
      return different < 0 ? most : different;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private static int weight(long bytes) {
    return (int) Math.min(Integer.MAX_VALUE, bytes + OVERHEAD);
  }

  /**
   * The known beginning of a prompt.
   *
   * @param parts in their order
   * @param length their tokens together; 0 for nothing
   */
  public record Match(List<CachedTokens.Part> parts, int length) implements AutoCloseable {
    /** Of a prompt that begins like none. */
    /** Of a prompt that begins like none. */
    public static final Match NOTHING = new Match(List.of(), 0);

    /** Lets the memory go. */
    @Override
    public void close() {
      parts.forEach(part -> part.tokens().close());
    }
  }

  /** Whether anything is remembered at all. */
  public boolean remembers() {
    return cache != null;
  }

  /**
   * Looks a prompt up.
   *
   * @param most tokens of it that are of use
   * @return to be closed; its memory stays until then
   */
  public Match find(int[] prompt, int most) {
    lock.lock();
    try {
      if (cache == null || closed) {
        return Match.NOTHING;
      }
      List<Piece> path = new ArrayList<>();
      List<CachedTokens.Part> parts = new ArrayList<>();
      int at = 0;
      Piece piece = root.nearest(prompt, 0, most);
      while (piece != null) {
        CachedTokens tokens = cache.policy().getIfPresentQuietly(piece);
        int common = piece.common(prompt, at, most);
        if (tokens == null || !tokens.retain()) {
          break; // too old
        }
        path.add(piece);
        parts.add(new CachedTokens.Part(tokens, common));
        at += common;
        piece = common < piece.tokens.length ? null : piece.nearest(prompt, at, most);
      }
      for (int i = path.size() - 1; i >= 0; i--) { // what others hang on was used last
        Object unused = cache.getIfPresent(path.get(i));
      }
      clean(cache);
      return at == 0 ? Match.NOTHING : new Match(List.copyOf(parts), at);
    } finally {
      lock.unlock();
    }
  }

  /** Counts a prompt, and how many of its tokens were not computed again. */
  public void count(int tokens, int reused) {
    lock.lock();
    try {
      prompts++;
      hits += reused > 0 ? 1 : 0;
      promptTokens += tokens;
      reusedTokens += reused;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Remembers a prompt, as far as it is not known yet and there is room for it.
   *
   * @param batch has it, from its first token on
   * @param row where
   */
  public void add(int[] prompt, DecoderBatch batch, int row) {
    lock.lock();
    try {
      if (cache == null || closed) {
        return;
      }
      Piece piece = root;
      long bytes = 0;
      for (int at = 0; at < prompt.length; ) {
        Piece known = piece.nearest(prompt, at, prompt.length);
        int common = known == null ? 0 : known.common(prompt, at, prompt.length);
        if (known != null && (common == known.tokens.length || at + common == prompt.length)) {
          piece = known;
          at += common;
          continue;
        }
        int end = Math.min(prompt.length, at + PIECE);
        Piece added = new Piece(piece, Arrays.copyOfRange(prompt, at, end));
        CachedTokens tokens = batch.keep(row, at, end - at);
        bytes += tokens.bytes() + OVERHEAD;
        if (bytes > maximumBytes) {
          tokens.close();
          break;
        }
        piece.children.computeIfAbsent(prompt[at], first -> new ArrayList<>(1)).add(added);
        cache.put(added, tokens);
        clean(cache);
        if (cache.policy().getIfPresentQuietly(added) == null) {
          break; // what is there already is used more often
        }
        piece = added;
        at = end;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Called by Caffeine, under our lock. */
  private void drop(@Nullable Piece piece, @Nullable CachedTokens tokens) {
    if (piece != null) {
      dropped.add(piece);
    }
    if (tokens != null) {
      tokens.close();
    }
  }

  /** Takes what was dropped out of the tree, with all that hangs on it. */
  private void clean(Cache<Piece, CachedTokens> cache) {
    for (Piece piece = dropped.poll(); piece != null; piece = dropped.poll()) {
      Piece parent = piece.parent;
      if (parent != null) {
        List<Piece> siblings = parent.children.get(piece.tokens[0]);
        if (siblings != null && siblings.remove(piece) && siblings.isEmpty()) {
          parent.children.remove(piece.tokens[0]);
        }
      }
      List<Piece> children = piece.children.values().stream().flatMap(List::stream).toList();
      children.forEach(cache::invalidate);
    }
  }

  /** What happened so far. */
  public PromptCacheStatistics statistics() {
    lock.lock();
    try {
      if (cache == null) {
        return new PromptCacheStatistics(prompts, hits, promptTokens, reusedTokens, 0, 0, 0);
      }
      cache.cleanUp();
      clean(cache);
      long bytes =
          cache.policy().eviction().map(Policy.Eviction::weightedSize).orElseThrow().orElse(0);
      return new PromptCacheStatistics(
          prompts,
          hits,
          promptTokens,
          reusedTokens,
          cache.stats().evictionCount(),
          cache.estimatedSize(),
          bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets everything; statistics go on. */
  public void clear() {
    lock.lock();
    try {
      if (cache != null) {
        cache.invalidateAll();
        cache.cleanUp();
        clean(cache);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets everything, and remembers nothing from now on. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      clear();
    } finally {
      lock.unlock();
    }
  }
}

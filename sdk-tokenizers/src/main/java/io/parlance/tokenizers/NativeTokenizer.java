package io.parlance.tokenizers;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * One native Hugging Face tokenizer and its lifetime. Calls share a lease; closing waits until the
 * last one is over.
 *
 * <p>It goes to DJL's native interface directly instead of through {@code HuggingFaceTokenizer},
 * because that class calls a metadata service when it is constructed, changes texts by its own
 * reading of {@code tokenizer_config.json}, and copies every column of an encoding whether needed
 * or not.
 */
final class NativeTokenizer implements AutoCloseable {
  private static final AtomicLong LIVE = new AtomicLong();
  private static final String FLAVOR = "RUST_FLAVOR";

  private final ReentrantReadWriteLock lease = new ReentrantReadWriteLock();
  private final String name;
  private long handle;

  private NativeTokenizer(String name, long handle) {
    this.name = name;
    this.handle = handle;
  }

  /** Number of native tokenizers that are open in this process. */
  static long live() {
    return LIVE.get();
  }

  /**
   * Builds the native tokenizer and switches off what padding and truncation its JSON asks for,
   * once and for all.
   */
  static NativeTokenizer create(String name, String json) {
    long handle;
    try {
      handle = library().createTokenizerFromString(json);
    } catch (RuntimeException e) {
      throw new TokenizerException(name + " is not a usable tokenizer.json: " + e.getMessage(), e);
    }
    if (handle == 0) {
      throw new TokenizerException(name + " is not a usable tokenizer.json");
    }
    TokenizersLibrary.LIB.disablePadding(handle);
    TokenizersLibrary.LIB.disableTruncation(handle);
    LIVE.incrementAndGet();
    return new NativeTokenizer(name, handle);
  }

  private static TokenizersLibrary library() {
    // On a machine with CUDA, DJL would download a CUDA build of its library, which tokenizers have
    // no use for.
    boolean chooseCpu = System.getenv(FLAVOR) == null && System.getProperty(FLAVOR) == null;
    if (chooseCpu) {
      System.setProperty(FLAVOR, "cpu");
    }
    try {
      LibUtils.checkStatus();
      return TokenizersLibrary.LIB;
    } catch (RuntimeException | LinkageError e) {
      throw new TokenizerException(
          "the native tokenizers library cannot be loaded on "
              + System.getProperty("os.name")
              + "/"
              + System.getProperty("os.arch")
              + ": "
              + e.getMessage()
              + "; ai.djl.huggingface:tokenizers supports Linux x64/aarch64, macOS aarch64, Windows"
              + " x64 and needs a writable cache directory (system property DJL_CACHE_DIR)",
          e);
    } finally {
      if (chooseCpu) {
        System.clearProperty(FLAVOR);
      }
    }
  }

  /** Encodes one text or a pair; the texts must be well formed UTF-16. */
  TokenColumns encode(String text, @Nullable String pair, boolean addSpecialTokens) {
    lease.readLock().lock();
    try {
      long tokenizer = open();
      TokenizersLibrary library = TokenizersLibrary.LIB;
      long encoding =
          pair == null
              ? library.encode(tokenizer, text, addSpecialTokens)
              : library.encodeDual(tokenizer, text, pair, addSpecialTokens);
      try {
        return columns(encoding, text, pair);
      } finally {
        library.deleteEncoding(encoding);
      }
    } catch (TokenizerException | IllegalStateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new TokenizerException(
          name + " cannot encode a text of " + text.length() + " characters: " + e, e);
    } finally {
      lease.readLock().unlock();
    }
  }

  private static TokenColumns columns(long encoding, String text, @Nullable String pair) {
    TokenizersLibrary library = TokenizersLibrary.LIB;
    int[] sequenceIds = ints(library.getSequenceIds(encoding));
    CharSpan[] spans = library.getTokenCharSpans(encoding);
    int[] starts = new int[spans.length];
    int[] ends = new int[spans.length];
    int @Nullable [] firstUnits = NativeText.codePointStarts(text);
    int @Nullable [] secondUnits = pair == null ? null : NativeText.codePointStarts(pair);
    for (int token = 0; token < spans.length; token++) {
      CharSpan span = spans[token];
      if (span == null) {
        continue; // a special token
      }
      int @Nullable [] units = sequenceIds[token] == 1 ? secondUnits : firstUnits;
      starts[token] = units == null ? span.getStart() : units[span.getStart()];
      ends[token] = units == null ? span.getEnd() : units[span.getEnd()];
    }
    return new TokenColumns(
        ints(library.getTokenIds(encoding)),
        ints(library.getTypeIds(encoding)),
        ints(library.getWordIds(encoding)),
        sequenceIds,
        starts,
        ends,
        library.getTokens(encoding));
  }

  String decode(long[] ids, boolean skipSpecialTokens) {
    lease.readLock().lock();
    try {
      return TokenizersLibrary.LIB.decode(open(), ids, skipSpecialTokens);
    } finally {
      lease.readLock().unlock();
    }
  }

  private long open() {
    if (handle == 0) {
      throw new IllegalStateException("tokenizer " + name + " is closed");
    }
    return handle;
  }

  private static int[] ints(long[] values) {
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) values[i];
    }
    return ints;
  }

  @Override
  public void close() {
    lease.writeLock().lock();
    try {
      if (handle != 0) {
        TokenizersLibrary.LIB.deleteTokenizer(handle);
        handle = 0;
        LIVE.decrementAndGet();
      }
    } finally {
      lease.writeLock().unlock();
    }
  }
}

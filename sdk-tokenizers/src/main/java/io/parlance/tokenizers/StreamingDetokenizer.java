package io.parlance.tokenizers;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns token ids that come one by one into pieces of text. All pieces together, with that of
 * {@link #finish()}, are exactly what {@link Tokenizer#decode(long[], boolean)} gives for all ids
 * at once (cleaned up, where that is asked for). A piece never ends within a character; what a
 * later token could still change is held back, so a piece is often empty.
 *
 * <p>The work for a token does not grow with the text: a few tokens before it are decoded again,
 * because decoders treat the first token in a way of its own. One detokenizer serves one sequence
 * at a time and is not for several threads.
 */
public final class StreamingDetokenizer {
  /** Tokens that stay as context; decoders look back by one. */
  private static final int CONTEXT = 6;

  private static final int FIRST_TRIM = 3 * CONTEXT;
  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;
  private final boolean skipSpecialTokens;
  private final @Nullable SpaceCleanup cleanup;

  private long[] window = new long[FIRST_TRIM];
  private int size;

  /** Characters of the decoded window that were given away. */
  private int given;

  private int trimAt = FIRST_TRIM;

  /** Whether the last token that has text is a byte. */
  private boolean byteRun;

  /**
   * A detokenizer without clean-up.
   *
   * @param skipSpecialTokens whether special tokens are left out
   */
  public StreamingDetokenizer(Tokenizer tokenizer, boolean skipSpecialTokens) {
    this(tokenizer, skipSpecialTokens, false);
  }

  /**
   * A detokenizer.
   *
   * @param skipSpecialTokens whether special tokens are left out
   * @param cleanUpSpaces whether to take away spaces before punctuation, as {@link
   *     Tokenizer#cleanUpTokenizationSpaces(String)}
   */
  public StreamingDetokenizer(
      Tokenizer tokenizer, boolean skipSpecialTokens, boolean cleanUpSpaces) {
    this.tokenizer = Objects.requireNonNull(tokenizer, "the tokenizer is null");
    this.skipSpecialTokens = skipSpecialTokens;
    this.cleanup = cleanUpSpaces ? new SpaceCleanup() : null;
  }

  /**
   * Takes the next token.
   *
   * @return the text that is certain now and was not given before; often empty
   * @throws IllegalArgumentException if the id is negative
   */
  public String add(int id) {
    if (id < 0) {
      throw new IllegalArgumentException(
          "token id " + id + " is not between 0 and " + (tokenizer.vocabularySize() - 1));
    }
    String token = tokenizer.idToToken(id);
    if (token == null) {
      return ""; // stands for nothing
    }
    if (size == window.length) {
      window = Arrays.copyOf(window, size * 2);
    }
    window[size++] = id;
    // Byte fallback decodes a run of bytes as a whole: one bad byte makes all of them unreadable.
    // A skipped token does not end the run.
    byteRun =
        isByte(token) || (byteRun && tokenizer.decode(new int[] {id}, skipSpecialTokens).isEmpty());
    return byteRun ? "" : advance();
  }

  private static boolean isByte(String token) {
    return token.length() == 6 && token.startsWith("<0x") && token.endsWith(">");
  }

  private String advance() {
    String text = decode(0);
    int end = text.length();
    if (end > 0 && text.charAt(end - 1) == REPLACEMENT) {
      end--; // bytes of a character that is not complete; only the last one can be
    }
    String piece = end > given ? text.substring(given, end) : "";
    given = Math.max(given, end);
    if (size >= trimAt) {
      trim(text);
    }
    return cleanup == null ? piece : cleanup.add(piece);
  }

  /** Forgets old tokens, if the text from what was given on is the same without them. */
  private void trim(String text) {
    String shorter = decode(size - CONTEXT);
    int same = 0;
    while (same < Math.min(text.length(), shorter.length())
        && text.charAt(text.length() - 1 - same) == shorter.charAt(shorter.length() - 1 - same)) {
      same++;
    }
    if (same > text.length() - given) {
      given += shorter.length() - text.length();
      System.arraycopy(window, size - CONTEXT, window, 0, CONTEXT);
      size = CONTEXT;
      trimAt = FIRST_TRIM;
    } else {
      trimAt = size * 2; // tokens without text; tried again less and less often
    }
  }

  private String decode(int from) {
    return tokenizer.decode(Arrays.copyOfRange(window, from, size), skipSpecialTokens);
  }

  /** Tokens that are decoded again for the next one. */
  int contextTokens() {
    return size;
  }

  /** The text that was still held back. Afterwards another sequence can begin. */
  public String finish() {
    String text = size == 0 ? "" : decode(0);
    String piece = text.length() > given ? text.substring(given) : "";
    size = 0;
    given = 0;
    byteRun = false;
    trimAt = FIRST_TRIM;
    return cleanup == null ? piece : cleanup.add(piece) + cleanup.finish();
  }
}

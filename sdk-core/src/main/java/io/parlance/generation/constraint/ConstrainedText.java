package io.parlance.generation.constraint;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Makes text of the tokens of one answer, piece by piece. Not thread-safe. */
public final class ConstrainedText {
  private final ConstraintVocabulary vocabulary;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private boolean atBeginning;

  ConstrainedText(ConstraintVocabulary vocabulary, boolean atBeginning) {
    this.vocabulary = vocabulary;
    this.atBeginning = atBeginning;
  }

  /** Takes the next token; what is complete by now and was not given before. */
  public String add(int token) {
    take(token);
    byte[] bytes = pending.toByteArray();
    int end = bytes.length - incomplete(bytes);
    pending.reset();
    pending.write(bytes, end, bytes.length - end);
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  private void take(int token) {
    byte[] bytes = vocabulary.bytes(token, atBeginning);
    if (bytes != null) {
      atBeginning = false;
      pending.writeBytes(bytes);
    }
  }

  /** Bytes at the end of a text that begin a character and do not end it. */
  private static int incomplete(byte[] text) {
    for (int back = 1; back <= Math.min(3, text.length); back++) {
      int each = text[text.length - back] & 0xFF;
      if (each >= 0xC0) {
        int length = each >= 0xF0 ? 4 : each >= 0xE0 ? 3 : 2;
        return length > back ? back : 0;
      }
      if (each < 0x80) {
        return 0;
      }
    }
    return 0;
  }

  /** Takes all tokens that are left; what was not given before, U+FFFD where it is cut. */
  public String addAll(int[] tokens) {
    for (int token : tokens) {
      take(token);
    }
    String text = pending.toString(StandardCharsets.UTF_8);
    pending.reset();
    return text;
  }
}

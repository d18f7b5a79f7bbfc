package io.parlance.tokenizers;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * How byte-level vocabularies spell bytes: those that are printable in Latin-1 by that character,
 * the other 68 in order by the characters from U+0100 on (GPT-2, Radford et al. 2019).
 */
final class ByteLevelSpelling {
  private static final int FIRST_SUBSTITUTE = 0x100;
  private static final int[] BYTES = table();

  private ByteLevelSpelling() {}

  private static int[] table() {
    int[] bytes = new int[2 * FIRST_SUBSTITUTE];
    Arrays.fill(bytes, -1);
    int substitute = FIRST_SUBSTITUTE;
    for (int value = 0; value < 256; value++) {
      boolean printable =
          value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xFF && value != 0xAD;
      bytes[printable ? value : substitute++] = value;
    }
    return bytes;
  }

  /**
   * The text of the tokens' bytes, U+FFFD where they are no UTF-8. A token with any other character
   * stands for itself.
   */
  static String decode(List<String> tokens) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    tokens.forEach(token -> text.writeBytes(bytes(token)));
    return text.toString(StandardCharsets.UTF_8);
  }

  /** The bytes of one token. */
  static byte[] bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char unit = token.charAt(i);
      if (unit >= BYTES.length || BYTES[unit] < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTES[unit];
    }
    return bytes;
  }
}

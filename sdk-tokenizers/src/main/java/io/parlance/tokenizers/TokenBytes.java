package io.parlance.tokenizers;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of UTF-8 that each token adds to a decoded text: those of all tokens of a sequence, one
 * after the other, are those of the text. One token may have a part of a character only. Many
 * decoders drop a space at the beginning of a text, so the first token is a case of its own.
 * Special tokens add nothing.
 */
public final class TokenBytes {
  /** Steps that treat the last token in its own way, or look at what comes next. */
  private static final List<String> UNSUPPORTED = List.of("BPEDecoder", "CTC");

  private static final String PROBE = "a"; // no decoder changes it

  private final byte[] @Nullable [] first;
  private final byte[] @Nullable [] later;

  private TokenBytes(byte[] @Nullable [] first, byte[] @Nullable [] later) {
    this.first = first;
    this.later = later;
  }

  static TokenBytes of(TokenizerDefinition definition) {
    List<String> steps = definition.decoderSteps();
    for (String step : steps) {
      if (UNSUPPORTED.contains(step)) {
        throw new TokenizerException(
            "with a decoder of type " + step + " the text of a token depends on the next one");
      }
    }
    boolean byteLevel = steps.contains("ByteLevel");
    if (byteLevel
        && !steps.stream().allMatch(step -> List.of("ByteLevel", "Fuse").contains(step))) {
      throw new TokenizerException("the decoder has steps beside ByteLevel: " + steps);
    }
    boolean byteFallback = steps.contains("ByteFallback");
    Vocabulary vocabulary = definition.vocabulary();
    byte[] @Nullable [] first = new byte[vocabulary.size()][];
    byte[] @Nullable [] later = new byte[vocabulary.size()][];
    for (int id = 0; id < first.length; id++) {
      String token = vocabulary.token(id);
      if (token == null || vocabulary.isSpecial(id) || token.equals(definition.unknownToken())) {
        continue;
      }
      int value = byteFallback ? TokenDecoder.byteValue(token) : -1;
      if (byteLevel) {
        first[id] = ByteLevelSpelling.bytes(token);
        later[id] = first[id];
      } else if (value >= 0) {
        later[id] = new byte[] {(byte) value};
        first[id] = value == ' ' ? text(definition, List.of(token)) : later[id];
      } else {
        first[id] = text(definition, List.of(token));
        later[id] = text(definition, List.of(PROBE, token));
      }
    }
    return new TokenBytes(first, later);
  }

  private static byte[] text(TokenizerDefinition definition, List<String> tokens) {
    String text = definition.decoder().decode(tokens);
    return text.substring(tokens.size() == 1 ? 0 : PROBE.length()).getBytes(StandardCharsets.UTF_8);
  }

  /** One more than the highest token id. */
  public int size() {
    return later.length;
  }

  /**
   * What a token adds at the beginning of a text; null for special tokens and ids without token.
   */
  public byte @Nullable [] first(int id) {
    return first[id];
  }

  /** What a token adds after others; null for special tokens and ids without token. */
  public byte @Nullable [] later(int id) {
    return later[id];
  }
}

package io.parlance.tokenizers;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tokens and their ids, added tokens included. */
final class Vocabulary {
  private final @Nullable String[] tokens;
  private final Map<String, Integer> ids;
  private final BitSet special;

  private Vocabulary(@Nullable String[] tokens, Map<String, Integer> ids, BitSet special) {
    this.tokens = tokens;
    this.ids = ids;
    this.special = special;
  }

  /** One more than the highest id. */
  int size() {
    return tokens.length;
  }

  @Nullable String token(int id) {
    return id >= 0 && id < tokens.length ? tokens[id] : null;
  }

  @Nullable Integer id(String token) {
    return ids.get(token);
  }

  /** Whether a token is special: decoding can leave it out. */
  boolean isSpecial(int id) {
    return special.get(id);
  }

  /** Collects tokens in the order of the file; a later entry with the same token or id wins. */
  static final class Builder {
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Integer, String> special = new HashMap<>();
    private int highest = -1;

    void add(String token, int id, boolean isSpecial) {
      if (id < 0) {
        throw new IllegalStateException("token '" + token + "' has the negative id " + id);
      }
      ids.put(token, id);
      highest = Math.max(highest, id);
      if (isSpecial) {
        special.put(id, token);
      }
    }

    Vocabulary build(String name) {
      if (highest > 100L * (ids.size() + 1_000)) {
        // An array over such ids would be mostly empty; no known vocabulary comes near.
        throw new TokenizerException(
            name
                + " is not a usable tokenizer.json: id "
                + highest
                + " with only "
                + ids.size()
                + " tokens");
      }
      @Nullable String[] tokens = new String[highest + 1];
      ids.forEach((token, id) -> tokens[id] = token);
      BitSet marked = new BitSet();
      special.forEach(
          (id, token) -> {
            tokens[id] = token;
            marked.set(id);
          });
      return new Vocabulary(tokens, Map.copyOf(ids), marked);
    }
  }
}

package io.parlance.generation.constraint;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The code points that a class of {@code java.util.regex} matches: found by asking it, so that
 * every class means what it means there.
 */
final class CharacterSets {
  private record Key(String expression, int flags) {}

  private static final Cache<Key, BitSet> KNOWN = Caffeine.newBuilder().maximumSize(64).build();

  private CharacterSets() {}

  /**
   * Of an expression that matches single characters; not to be changed.
   *
   * @throws PatternSyntaxException if it is none
   */
  static BitSet of(String expression, int flags) {
    return KNOWN.get(new Key(expression, flags), CharacterSets::compute);
  }

  private static BitSet compute(Key key) {
    Pattern pattern = Pattern.compile(key.expression, key.flags);
    BitSet matching = CodePoints.all();
    StringBuilder text = new StringBuilder(2);
    Matcher matcher = pattern.matcher(text);
    for (int point = matching.nextSetBit(0); point >= 0; point = matching.nextSetBit(point + 1)) {
      text.setLength(0);
      text.appendCodePoint(point);
      if (!matcher.reset(text).matches()) {
        matching.clear(point);
      }
    }
    return matching;
  }
}

package io.parlance.segmentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClauseCutterTest {
  private static String first(String text, int most, Span... whole) {
    return text.substring(0, ClauseCutter.cut(text, 0, most, List.of(whole)));
  }

  @Test
  void cutsAfterAClauseWhereThatIsNotTooShort() {
    assertThat(first("one two three, four five six seven", 26)).isEqualTo("one two three, ");
    assertThat(first("one, two three four five six seven", 26))
        .isEqualTo("one, two three four five ");
    assertThat(first("これは長い文です、そして次の部分がある", 14)).isEqualTo("これは長い文です、");
  }

  @Test
  void cutsBetweenWordsAndNotInThem() {
    assertThat(first("abcdef ghijkl", 7)).isEqualTo("abcdef ");
    assertThat(first("abcdef ghijkl", 9)).isEqualTo("abcdef ");
    assertThat(first("abcdef", 100)).isEqualTo("abcdef");
  }

  @Test
  void cutsBetweenCharactersWhereThereAreNoWords() {
    assertThat(first("x".repeat(50), 20)).hasSize(20);
    String family = "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67"; // one character to people
    assertThat(first("ab".repeat(3) + family + "cd", 9)).isEqualTo("ababab");
    assertThat(first("e\u0301".repeat(10), 5)).isEqualTo("e\u0301".repeat(2));
    assertThat(first("\ud83d\udc4d".repeat(10), 1)).hasSize(1); // no room for a whole one
  }

  @Test
  void keepsWholeWhatItIsTold() {
    assertThat(first("go to {the user's name} now", 18, new Span(6, 23))).isEqualTo("go to ");
    assertThat(first("{a very long name}", 9, new Span(0, 18))).hasSizeBetween(1, 9);
  }

  @Test
  void alwaysGoesOnAndNeverTooFar() {
    Random random = new Random(3);
    String letters = "abc ,;.\u0301\ud83d\udc4d\ud800\u3001\n-\u200d";
    for (int round = 0; round < 3000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(60); i >= 0; i--) {
        text.append(letters.charAt(random.nextInt(letters.length())));
      }
      int from = random.nextInt(text.length());
      int most = from + 1 + random.nextInt(text.length() - from);
      assertThat(ClauseCutter.cut(text.toString(), from, most, List.of()))
          .isGreaterThan(from)
          .isLessThanOrEqualTo(most);
    }
  }
}

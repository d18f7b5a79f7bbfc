package io.parlance.generation.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.InvalidInputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is held against java.util.regex. */
class RegexConstraintTest {
  private static final int MOST = 40;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[0-9]{3}-[0-9]{2,4}",
        "(yes|no|maybe)",
        "[A-Z][a-z]+( [A-Z][a-z]+)*",
        "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}Z?",
        "[a-z0-9._]+@[a-z0-9]+\\.(com|org)",
        "(?i)hello (world|THERE)!*",
        "[\\p{Lu}&&[^A-M]]\\p{Ll}{2,}",
        "\\Qa.b*c\\E+x?",
        "[^\\x00-\\x7f]{1,3}",
        "(ab|a)(bc|c)?",
        "^\\s*\\w+\\s*$",
        "(^a|b)c(d$|e)?",
        "[]a-]{2}[^]a]",
        "caf\u00e9|na\u00efve|\\u00fcber|\\x{1F600}",
        ".{0,5}",
        "(?s).{3}",
        "(?<year>\\d\\d)/(?:a|b(?i)c|d)*",
        "a{0}b??c{2,}?",
        "(?U)\\w{4}",
        "-?(0|[1-9]\\d{0,5})(\\.\\d{1,3})?",
        "|x",
        "\\p{IsGreek}+|\\P{L}{2}",
        "\\07\\t\\cA?[\\d\\s&&[^5]]",
      })
  void everyTextMatches(String regex) {
    Pattern pattern = Pattern.compile(regex);
    for (String model : List.of("gpt2-with-past", "stories260K", "llama-gqa-merged")) {
      try (RandomWriter writer = new RandomWriter(model)) {
        TokenConstraint constraint = Constraint.Regex.of(pattern).on(writer.vocabulary());
        for (int seed = 0; seed < 12; seed++) {
          int most = seed % 3 == 0 ? MOST : 20 + seed % 5;
          RandomWriter.Written written = writer.write(constraint, most, new Random(seed));
          assertThat(pattern.matcher(written.text()).matches())
              .as("%s with %s: %s", regex, model, written.text())
              .isTrue();
          assertThat(written.tokens()).hasSizeLessThanOrEqualTo(most);
        }
      }
    }
  }

  @Test
  void everyTextOfRandomExpressionsMatches() {
    try (RandomWriter writer = new RandomWriter("stories260K");
        RandomWriter other = new RandomWriter("gpt2-with-past")) {
      for (int seed = 0; seed < 300; seed++) {
        Random random = new Random(seed);
        String regex = expression(random, 3);
        Pattern pattern = Pattern.compile(regex);
        RandomWriter chosen = seed % 2 == 0 ? writer : other;
        TokenConstraint constraint = new Constraint.Regex(regex).on(chosen.vocabulary());
        for (int i = 0; i < 4; i++) {
          RandomWriter.Written written;
          try {
            written = chosen.write(constraint, 12 + 10 * i, random);
          } catch (InvalidInputException e) {
            assertThat(e).hasMessageContaining("cannot be met with");
            continue;
          }
          assertThat(pattern.matcher(written.text()).matches())
              .as("%s: %s", regex, written.text())
              .isTrue();
        }
      }
    }
  }

  private static String expression(Random random, int depth) {
    List<String> atoms =
        List.of("a", "the ", "[a-f]", "\\d", "\u00e9", ".", "[^x]", " ", "\\w", "\u4e2d");
    if (depth == 0) {
      return atoms.get(random.nextInt(atoms.size()));
    }
    List<String> parts = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      String inner = expression(random, depth - 1);
      parts.add(
          switch (random.nextInt(7)) {
            case 0 -> "(" + inner + "|" + expression(random, depth - 1) + ")";
            case 1 -> "(" + inner + ")*";
            case 2 -> "(?:" + inner + ")?";
            case 3 -> "(" + inner + "){1," + (1 + random.nextInt(4)) + "}";
            case 4 -> "(?i:" + inner + ")";
            default -> inner;
          });
    }
    return String.join("", parts);
  }

  @Test
  void everyTextOfALanguageCanBeWritten() {
    try (RandomWriter writer = new RandomWriter("gpt2-with-past")) {
      TokenConstraint constraint = new Constraint.Regex("(ab|a)(bc|c)?").on(writer.vocabulary());
      Random random = new Random(3);
      List<String> seen = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        seen.add(writer.write(constraint, 5, random).text());
      }
      assertThat(seen).containsOnly("ab", "a", "abbc", "abc", "ac");
      assertThat(seen).contains("ab", "a", "abbc", "abc", "ac");
    }
  }

  @Test
  void aPatternsFlagsCount() {
    try (RandomWriter writer = new RandomWriter("gpt2-with-past")) {
      TokenConstraint constraint =
          Constraint.Regex.of(Pattern.compile("a.c", Pattern.LITERAL | Pattern.CASE_INSENSITIVE))
              .on(writer.vocabulary());
      for (int i = 0; i < 20; i++) {
        String text = writer.write(constraint, 5, new Random(i)).text();
        assertThat(text).isEqualToIgnoringCase("a.c");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(a)\\1; the reference to a group at 3",
        "(?=a)b; the look-around at 0",
        "x(?<!a)b; the look-around at 1",
        "(?>a)b; the atomic group at 0",
        "a\\bb; the word boundary at 1",
        "a++; the possessive quantifier at 2",
        "(?x)a b; the flag COMMENTS",
        "(?m)^a; an anchor under the flag MULTILINE",
        "\\R; \\R at 0",
        "a(; is wrong",
        "a^b; matches no text",
        "(a{500}){500}; lower its counts",
      })
  void whatCannotBeEnforcedIsRefused(String regex, String message) {
    assertThatThrownBy(() -> new Constraint.Regex(regex).check())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aTextThatDoesNotFitIsRefusedAndTheShortestIsFound() {
    try (RandomWriter writer = new RandomWriter("gpt2-with-past")) {
      String word = // that is a token
          IntStream.range(0, writer.tokenizer().vocabularySize())
              .mapToObj(writer.tokenizer()::idToToken)
              .filter(token -> token != null && token.matches("[a-z]+"))
              .max(Comparator.comparingInt(String::length))
              .orElseThrow();
      assertThat(word).hasSizeGreaterThan(3);
      TokenConstraint constraint =
          new Constraint.Choices(List.of("absolutely", word)).on(writer.vocabulary());
      assertThat(writer.write(constraint, 1, new Random(1)).text()).isEqualTo(word);
      TokenConstraint longer =
          new Constraint.Choices(List.of("absolutely")).on(writer.vocabulary());
      int shortest = writer.tokenizer().encode("absolutely").ids().length;
      assertThat(writer.write(longer, shortest, new Random(1)).text()).isEqualTo("absolutely");
      assertThatThrownBy(() -> writer.write(longer, 1, new Random(1)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the list of choices cannot be met with 1 new tokens");
    }
  }
}

package io.parlance.segmentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.Protection;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentenceSplitterTest {
  private static List<String> split(@Nullable String language, String text) {
    return SentenceSplitter.of(language).split(text, List.of()).stream()
        .map(span -> span.of(text))
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          en | Mr. Smith met Dr. Jones at 5 p.m. on Jan. 3.~They talked, e.g. about U.S. policy.
          en | See Fig. 2 for No. 5.~Prof. Moriarty vs. Holmes is next.
          en | The books of J. R. R. Tolkien are long.~J.R.R. Tolkien wrote them.
          en | Hello there.~How are you?~I am fine!
          en | He said "Stop!" and left (really?) at once.~Yes.
          eng_Latn | It was Mr. Smith.~He left.
          de | Er kam z. B. am 3. Mai.~Dr. Müller war da.~Es war 2023.~Dann ging er.
          de_DE | Prof. Huber kam am 24. Dezember an.~Er blieb.
          fr | M. Dupont est là.~Puis Mme. Durand est venue.
          fra_Latn | M. Dupont est là.~Il part.
          """)
  void endsAtSentencesAndNotAtAbbreviations(String language, String sentences) {
    List<String> expected = List.of(sentences.split("~"));
    assertThat(split(language, String.join(" ", expected))).isEqualTo(expected);
  }

  @Test
  void scriptsWithoutSpacesHaveSentencesToo() {
    assertThat(split("ja", "これは文です。次の文です。")).containsExactly("これは文です。", "次の文です。");
    assertThat(split("hi", "यह सच है। दूसरा वाक्य।")).containsExactly("यह सच है।", "दूसरा वाक्य।");
  }

  @Test
  void linesAndParagraphsEndSentences() {
    assertThat(split(null, " Title\n\nOne two\r\n\tthree. \u2029four"))
        .containsExactly("Title", "One two", "three.", "four");
  }

  @Test
  void anAddressIsNoEnd() {
    assertThat(split("en", "See http://example.com/?q=1!x now. Then go."))
        .containsExactly("See http://example.com/?q=1!x now.", "Then go.");
  }

  @Test
  void whatMustStayWholeHasNoEnd() {
    String text = "Say {first. Second} now. Bye.";
    List<Span> whole = ProtectedParts.find(text, EnumSet.of(Protection.PLACEHOLDERS));
    assertThat(SentenceSplitter.of("en").split(text, whole).stream().map(span -> span.of(text)))
        .containsExactly("Say {first. Second} now.", "Bye.");
  }

  @Test
  void betweenSentencesIsWhiteSpaceOnly() {
    Random random = new Random(5);
    String letters = "ab .!?\n\t\u00a0\u3002\ud83d\udc4d\ud800(\")A1,;\u0000\u200b";
    for (int round = 0; round < 2000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(40); i >= 0; i--) {
        text.append(letters.charAt(random.nextInt(letters.length())));
      }
      int at = 0;
      for (Span span : SentenceSplitter.of("en").split(text.toString(), List.of())) {
        assertThat(text.substring(at, span.start()).chars().allMatch(c -> Span.isSpace((char) c)))
            .as("'%s' before %s", text, span)
            .isTrue();
        assertThat(Span.isSpace(text.charAt(span.start()))).isFalse();
        assertThat(Span.isSpace(text.charAt(span.end() - 1))).isFalse();
        at = span.end();
      }
      assertThat(text.substring(at).chars().allMatch(c -> Span.isSpace((char) c))).isTrue();
    }
  }

  @Test
  void manyThreadsShareOne() {
    List<String> texts =
        IntStream.range(0, 400).mapToObj(i -> "It is Mr. Smith. Yes. ".repeat(1 + i % 17)).toList();
    List<List<String>> alone = texts.stream().map(text -> split("en", text)).toList();
    assertThat(texts.parallelStream().map(text -> split("en", text)).toList()).isEqualTo(alone);
    assertThat(alone.get(1))
        .containsExactly("It is Mr. Smith.", "Yes.", "It is Mr. Smith.", "Yes.");
  }
}

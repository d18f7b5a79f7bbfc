package io.parlance.samples.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CleanTextTest {
  @Test
  void whatDatabasesRefuseIsReplacedInPlace() {
    assertThat(CleanText.of("a\0b")).isEqualTo("a\uFFFDb");
    assertThat(CleanText.of("\uD83D x \uDE00")).isEqualTo("\uFFFD x \uFFFD");
    String whole = "good \uD83D\uDE00";
    assertThat(CleanText.of(whole)).isSameAs(whole);
  }

  @Test
  void shortenedTextEndsWithAWholeCharacter() {
    assertThat(CleanText.shortened("abc", 3)).isEqualTo("abc");
    assertThat(CleanText.shortened("abcd", 3)).isEqualTo("ab…");
    assertThat(CleanText.shortened("a\uD83D\uDE00cd", 3)).isEqualTo("a\uFFFD…");
  }
}

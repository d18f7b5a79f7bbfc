package io.parlance.segmentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.Protection;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtectedPartsTest {
  private static List<String> find(Set<Protection> kinds, String text) {
    return ProtectedParts.find(text, kinds).stream().map(span -> span.of(text)).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Hello {name}, you are {{user.age}} or ${x.y}. | {name} {{user.age}} ${x.y}
          %s has %d of %1$s, %.2f, %(count)s and %@ | %s %d %1$s %.2f %(count)s %@
          {0}{} {1,number,#.##} | {0} {} {1,number,#.##}
          It is 100% sure and 50%d | ''
          See { not this } and %zebra | ''
          """)
  void findsPlaceholders(String text, String expected) {
    assertThat(find(EnumSet.of(Protection.PLACEHOLDERS), text))
        .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(" ")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Go to https://example.com/a?b=c#d. Now | https://example.com/a?b=c#d
          (see www.example.org), ftp://x.y/z! | www.example.org ftp://x.y/z
          HTTP://EXAMPLE.COM: yes | HTTP://EXAMPLE.COM
          awww.no http:// https | ''
          """)
  void findsAddresses(String text, String expected) {
    assertThat(find(EnumSet.of(Protection.URLS), text))
        .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(" ")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Write to ada.lovelace+x@mail.example.org. | ada.lovelace+x@mail.example.org
          jürgen@müller.de, a@b | jürgen@müller.de
          @name and name@ and a@@b.c | ''
          """)
  void findsMailAddresses(String text, String expected) {
    assertThat(find(EnumSet.of(Protection.EMAIL_ADDRESSES), text))
        .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(" ")));
  }

  @Test
  void theOneThatBeginsFirstWins() {
    assertThat(find(EnumSet.allOf(Protection.class), "http://a.b/{id}?m=x@y.z end {k}"))
        .containsExactly("http://a.b/{id}?m=x@y.z", "{k}");
    assertThat(find(Set.of(), "{a}")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "{", "{a", "%", "%1", "http://", "www.", "a@", "a.", "${", "%(a"})
  void hostileTextsTakeTimeByTheirLength(String unit) {
    String text = unit.repeat(1_000_000 / unit.length());
    Assertions.assertTimeout(
        Duration.ofSeconds(20), () -> ProtectedParts.find(text, EnumSet.allOf(Protection.class)));
  }
}

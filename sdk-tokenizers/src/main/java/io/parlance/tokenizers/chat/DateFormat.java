package io.parlance.tokenizers.chat;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** C's {@code strftime} in the C locale. */
final class DateFormat {
  private DateFormat() {}

  static String format(String format, ZonedDateTime time) {
    StringBuilder out = new StringBuilder();
    for (int at = 0; at < format.length(); at++) {
      char c = format.charAt(at);
      if (c != '%' || at + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char directive = format.charAt(++at);
      boolean unpadded = directive == '-' && at + 1 < format.length();
      if (unpadded) {
        directive = format.charAt(++at);
      }
      String text = directive(directive, time);
      out.append(unpadded ? text.replaceFirst("^[0 ]+(?=.)", "") : text);
    }
    return out.toString();
  }

  private static String directive(char directive, ZonedDateTime time) {
    return switch (directive) {
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'd' -> padded(time.getDayOfMonth(), 2);
      case 'e' -> String.format(Locale.ROOT, "%2d", time.getDayOfMonth());
      case 'm' -> padded(time.getMonthValue(), 2);
      case 'y' -> padded(time.getYear() % 100, 2);
      case 'Y' -> String.valueOf(time.getYear());
      case 'H' -> padded(time.getHour(), 2);
      case 'I' -> padded(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2);
      case 'M' -> padded(time.getMinute(), 2);
      case 'S' -> padded(time.getSecond(), 2);
      case 'f' -> padded(time.getNano() / 1_000, 6);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'j' -> padded(time.getDayOfYear(), 3);
      case 'u' -> String.valueOf(time.getDayOfWeek().getValue());
      case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
      case 'U' -> padded((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7, 2);
      case 'W' ->
          padded((time.getDayOfYear() + 6 - (time.getDayOfWeek().getValue() + 6) % 7) / 7, 2);
      case 'F' -> format("%Y-%m-%d", time);
      case 'T', 'X' -> format("%H:%M:%S", time);
      case 'R' -> format("%H:%M", time);
      case 'D', 'x' -> format("%m/%d/%y", time);
      case 'c' -> format("%a %b %e %H:%M:%S %Y", time);
      case 's' -> String.valueOf(time.toEpochSecond());
      case 'n' -> "\n";
      case 't' -> "\t";
      case '%' -> "%";
      case 'z', 'Z' -> ""; // the reference's time has no zone
      case 'V' -> DateTimeFormatter.ofPattern("ww", Locale.GERMANY).format(time); // ISO weeks
      default -> throw new TemplateFailure("strftime_now does not know '%" + directive + "'");
    };
  }

  private static String padded(int number, int digits) {
    return String.format(Locale.ROOT, "%0" + digits + "d", number);
  }
}

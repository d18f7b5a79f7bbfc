package io.parlance.segmentation;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.text.FilteredBreakIteratorBuilder;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sentences of a text by the Unicode rules (UAX 29), without those ends that are only
 * abbreviations of the language. A line break always ends a sentence. Immutable and thread-safe.
 *
 * <p>ICU and not {@link java.text.BreakIterator}, which ends a sentence after every "Mr."; what the
 * lists of CLDR lack is added here.
 */
public final class SentenceSplitter {
  private static final String FALLBACK = "en";

  private static final Map<String, List<String>> ABBREVIATIONS =
      Map.of(
          "en",
              List.of("Dr.", "No.", "Fig.", "Figs.", "Eq.", "Gen.", "Rev.", "Sen.", "Rep.", "St."),
          "de", List.of("Dr.", "Prof.", "Hr.", "Fr.", "St.", "Abb.", "Tab.", "Art.", "Abs."),
          "fr", List.of("Mme.", "Mlle.", "MM.", "Dr.", "Pr.", "St.", "Ste.", "No.", "Fig."),
          "es", List.of("Sr.", "Sra.", "Srta.", "Dr.", "Dra.", "Ud.", "Uds.", "Fig."),
          "it", List.of("Sig.", "Dott.", "Prof.", "Ing.", "Avv.", "Fig."),
          "pt", List.of("Sr.", "Sra.", "Dr.", "Dra.", "Prof.", "Fig."));

  /** Languages that write the day of a date as an ordinal with a full stop, "am 3. Mai". */
  private static final List<String> DAYS_WITH_STOP =
      List.of("de", "da", "nb", "nn", "no", "fi", "cs", "sk", "sl", "hr", "hu", "et", "lv", "tr");

  /** Others of which CLDR has abbreviations, or ICU a rule of their own. */
  private static final Set<String> MORE = Set.of("ru", "el");

  private static final int LAST_DAY = 31;

  private static final ConcurrentMap<String, SentenceSplitter> KNOWN = new ConcurrentHashMap<>();

  private final BreakIterator prototype;

  private SentenceSplitter(BreakIterator prototype) {
    this.prototype = prototype;
  }

  /**
   * For texts in a language.
   *
   * @param language its code, such as {@code en} or {@code fra_Latn}; null where it is not known,
   *     which takes the abbreviations of English
   */
  public static SentenceSplitter of(@Nullable String language) {
    String code = ULocale.createCanonical(language == null ? FALLBACK : language).getLanguage();
    boolean special =
        ABBREVIATIONS.containsKey(code) || DAYS_WITH_STOP.contains(code) || MORE.contains(code);
    return KNOWN.computeIfAbsent(special ? code : "", SentenceSplitter::create);
  }

  private static SentenceSplitter create(String language) {
    ULocale locale = new ULocale(language);
    FilteredBreakIteratorBuilder builder = FilteredBreakIteratorBuilder.getInstance(locale);
    for (String each : ABBREVIATIONS.getOrDefault(language, List.of())) {
      builder.suppressBreakAfter(each);
    }
    if (DAYS_WITH_STOP.contains(language)) {
      for (int day = 1; day <= LAST_DAY; day++) {
        builder.suppressBreakAfter(" " + day + "."); // with its space: 2003. is another end
      }
    }
    return new SentenceSplitter(
        builder.wrapIteratorWithFilter(BreakIterator.getSentenceInstance(locale)));
  }

  /**
   * The sentences of a text, in order, without the white space around them; what is between two of
   * them is white space only.
   *
   * @param whole parts that no sentence ends in, in order
   */
  public List<Span> split(String text, List<Span> whole) {
    BreakIterator breaks = (BreakIterator) prototype.clone();
    breaks.setText(text);
    List<Span> sentences = new ArrayList<>();
    int start = 0;
    int next = 0;
    for (int end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
      while (next < whole.size() && whole.get(next).end() <= end) {
        next++;
      }
      boolean inside = next < whole.size() && whole.get(next).start() < end;
      if (end == text.length() || !inside && endsSentence(text, end)) {
        add(text, new Span(start, end), sentences);
        start = end;
      }
    }
    return sentences;
  }

  /**
   * Not within an address ("?" before a letter), after an initial ("J. R. Tolkien", "z. B."), or
   * before a small letter ("Stop!" he said), unless a line ends there.
   */
  private static boolean endsSentence(String text, int end) {
    int last = end - 1;
    while (last >= 0 && Span.isSpace(text.charAt(last))) {
      if (isLineEnd(text.charAt(last))) {
        return true;
      }
      last--;
    }
    if (last < 0) {
      return true;
    }
    boolean spaced = last < end - 1;
    return text.charAt(last) > 0x7f
        || spaced && !isInitial(text, last) && !Character.isLowerCase(text.codePointAt(end));
  }

  private static boolean isLineEnd(char unit) {
    return unit == '\n' || unit == '\r' || unit == '\u0085' || unit == '\u2028' || unit == '\u2029';
  }

  private static boolean isInitial(String text, int stop) {
    return text.charAt(stop) == '.'
        && stop > 0
        && Character.isLetter(text.charAt(stop - 1))
        && (stop == 1 || !Character.isLetterOrDigit(text.charAt(stop - 2)));
  }

  private static void add(String text, Span sentence, List<Span> sentences) {
    Span content = sentence.strip(text);
    if (content.start() < content.end()) {
      sentences.add(content);
    }
  }
}

package io.parlance.task;

import com.ibm.icu.util.ULocale;
import io.parlance.InvalidInputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The languages of a model, as it spells them: {@code fr}, {@code fra}, {@code fr_XX}, {@code
 * fra_Latn}. Callers may spell them in any of these ways.
 */
final class LanguageCodes {
  /** mBART's mark for "no matter which region". */
  private static final String NO_REGION = "_XX";

  private static final int MOST_NAMED = 250;

  private final String model;
  private final List<String> codes;

  /**
   * @param model how messages name the model
   */
  LanguageCodes(String model, Collection<String> codes) {
    this.model = model;
    this.codes = List.copyOf(codes);
  }

  List<String> all() {
    return codes;
  }

  /**
   * The model's own spelling of a language.
   *
   * @param role what messages say the language is for: {@code from} or {@code to}
   * @throws InvalidInputException if the model does not know it, or knows several that could be
   *     meant
   */
  String resolve(String role, String language) {
    List<String> found = meant(language);
    if (found.size() == 1) {
      return found.get(0);
    }
    throw new InvalidInputException(
        model
            + " does not translate "
            + role
            + " '"
            + language
            + "'; "
            + (found.isEmpty()
                ? "it knows " + list(codes)
                : "say which is meant of " + list(found)));
  }

  /** The model's own spelling of a language; null where it does not know one such language. */
  @Nullable String find(String language) {
    List<String> found = meant(language);
    return found.size() == 1 ? found.get(0) : null;
  }

  private List<String> meant(String language) {
    if (codes.contains(language)) {
      return List.of(language);
    }
    List<String> found = matches(language, (one, other) -> spelled(one).equals(spelled(other)));
    if (found.isEmpty()) {
      found = matches(language, LanguageCodes::sameWriting);
    }
    return found.isEmpty() ? matches(language, LanguageCodes::sameLanguage) : found;
  }

  private List<String> matches(String language, BiPredicate<String, String> same) {
    List<String> found = new ArrayList<>();
    for (String code : codes) {
      if (same.test(code, language)) {
        found.add(code);
      }
    }
    return found;
  }

  private static String spelled(String code) {
    return code.replace('-', '_').toLowerCase(Locale.ROOT);
  }

  /** Whether two spellings mean the same language in the same script. */
  private static boolean sameWriting(String one, String other) {
    ULocale a = ULocale.addLikelySubtags(locale(one));
    ULocale b = ULocale.addLikelySubtags(locale(other));
    boolean regions = locale(one).getCountry().isEmpty() || locale(other).getCountry().isEmpty();
    return a.getLanguage().equals(b.getLanguage())
        && a.getScript().equals(b.getScript())
        && (regions || a.getCountry().equals(b.getCountry()));
  }

  static boolean sameLanguage(String one, String other) {
    String language = locale(one).getLanguage();
    return !language.isEmpty() && language.equals(locale(other).getLanguage());
  }

  private static ULocale locale(String code) {
    return ULocale.createCanonical(
        code.endsWith(NO_REGION) ? code.substring(0, code.length() - NO_REGION.length()) : code);
  }

  /**
   * Whether a code names one language, rather than several or a family such as {@code ROMANCE} or
   * {@code mul}.
   */
  static boolean isOne(@Nullable String code) {
    if (code == null || code.equals("mul") || code.contains("+")) {
      return false;
    }
    String name = locale(code).getDisplayLanguage(ULocale.ENGLISH);
    return !name.isEmpty() && !name.equalsIgnoreCase(locale(code).getLanguage());
  }

  static String list(Collection<String> codes) {
    List<String> sorted = new ArrayList<>(new TreeSet<>(codes));
    return sorted.size() <= MOST_NAMED
        ? String.join(", ", sorted)
        : String.join(", ", sorted.subList(0, MOST_NAMED)) + " and others";
  }
}

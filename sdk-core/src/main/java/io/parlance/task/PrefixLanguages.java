package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.generation.GenerativeModel;
import io.parlance.generation.TaskSettings;
import io.parlance.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * T5 and its relatives: {@code task_specific_params} names the directions, each with the words that
 * are written before a text. Without languages a text is read as it is, as the translation pipeline
 * of transformers does with the task "translation".
 */
final class PrefixLanguages implements TranslationLanguages {
  private static final String PLAIN = "translation";
  private static final Pattern TASK = Pattern.compile("translation_(.+)_to_(.+)");

  private final GenerativeModel model;
  private final Tokenizer tokenizer;
  private final List<Pair> pairs = new ArrayList<>();

  private record Pair(String from, String to, String task) {
    @Override
    public String toString() {
      return from + " to " + to;
    }
  }

  PrefixLanguages(GenerativeModel model, Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
    for (String task : model.tasks()) {
      Matcher matcher = TASK.matcher(task);
      if (matcher.matches()) {
        pairs.add(new Pair(matcher.group(1), matcher.group(2), task));
      }
    }
  }

  static boolean isTranslation(String task) {
    return TASK.matcher(task).matches();
  }

  @Override
  public Direction direction(String text, @Nullable String from, @Nullable String to) {
    if (from == null && to == null) {
      return new Direction(form(PLAIN), 0);
    }
    String source = from == null ? null : resolve("from", from, pairs.stream().map(Pair::from));
    String target = to == null ? null : resolve("to", to, pairs.stream().map(Pair::to));
    List<Pair> found =
        pairs.stream()
            .filter(pair -> source == null || pair.from().equals(source))
            .filter(pair -> target == null || pair.to().equals(target))
            .toList();
    if (found.size() != 1) {
      throw new InvalidInputException(
          model.name()
              + (found.isEmpty()
                  ? " does not translate from " + source + " to " + target + "; it translates "
                  : " must be told more than "
                      + (source == null ? "to " + target : "from " + source)
                      + "; it translates ")
              + String.join(", ", pairs.stream().map(Pair::toString).toList()));
    }
    Pair pair = found.get(0);
    return new Direction(form(pair.task()).languages(pair.from(), pair.to()), 0);
  }

  private SourceForm form(String task) {
    TaskSettings settings = model.settings(task);
    return SourceForm.plain(tokenizer, settings.prefix(), settings.options());
  }

  private String resolve(String role, String asked, Stream<String> known) {
    return new LanguageCodes(model.name(), known.distinct().toList()).resolve(role, asked);
  }
}

package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import io.parlance.Nlp;
import io.parlance.Protection;
import io.parlance.Splitting;
import io.parlance.TextPiece;
import io.parlance.Translation;
import io.parlance.task.Translator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Translates texts. */
@Command(
    name = "translate",
    description = {
      "Translates texts, sentence by sentence.",
      "A line in: {\"text\"} or {\"input_ids\"}; a line out: {\"text\", \"token_ids\", "
          + "\"finish_reason\"}, \"pieces\" where there are several, and \"sequences\" where "
          + "several are asked for."
    })
final class TranslateCommand extends WritingCommand<Translator, Translation> {
  private static final String SOURCE = "src_lang";
  private static final String TARGET = "tgt_lang";

  private static final TaskOptions OPTIONS =
      options(
          TaskOption.text(SOURCE, "Language of the texts, such as en."),
          TaskOption.text(TARGET, "Language to translate to, such as fr."),
          TaskOption.text("from", "The same as src_lang."),
          TaskOption.text("to", "The same as tgt_lang."),
          TaskOption.word(
              "splitting",
              "How texts are taken apart; into sentences if not given.",
              "sentences",
              "longest",
              "none"),
          TaskOption.texts(
              "protect", "What is kept letter for letter: placeholders, urls, email_addresses."));

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  void use(Nlp.Builder builder, String source) {
    builder.translator(source);
  }

  @Override
  Translator task(Nlp nlp) {
    return nlp.translator();
  }

  @Override
  Translator with(Translator task, JsonObject options) {
    Translator translator = task;
    String from = language(options, SOURCE, "from");
    String to = language(options, TARGET, "to");
    translator = from == null ? translator : translator.from(from);
    translator = to == null ? translator : translator.to(to);
    String splitting = TaskOptions.word(options, "splitting");
    if (splitting != null) {
      translator = translator.splitting(Splitting.valueOf(splitting.toUpperCase(Locale.ROOT)));
    }
    List<String> kinds = TaskOptions.texts(options, "protect");
    return kinds == null ? translator : translator.protect(protections(kinds));
  }

  private static @Nullable String language(JsonObject options, String name, String other) {
    String one = TaskOptions.word(options, name);
    String two = TaskOptions.word(options, other);
    if (one != null && two != null && !one.equals(two)) {
      throw new InvalidOptionException(
          "options '"
              + name
              + "' and '"
              + other
              + "' are the same, and differ: "
              + one
              + ", "
              + two);
    }
    return one == null ? two : one;
  }

  private static Set<Protection> protections(List<String> kinds) {
    Set<Protection> found = EnumSet.noneOf(Protection.class);
    for (String kind : kinds) {
      try {
        found.add(Protection.valueOf(kind.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new InvalidOptionException(
            "option 'protect' may have placeholders, urls, email_addresses, found '" + kind + "'");
      }
    }
    return found;
  }

  @Override
  List<String> texts(Translation result) {
    return result.alternatives();
  }

  @Override
  List<TextPiece> pieces(Translation result) {
    return result.pieces();
  }

  @Override
  void describe(Translation result, JsonObject answer) {
    if (result.from() != null) {
      answer.addProperty(SOURCE, result.from());
    }
    if (result.to() != null) {
      answer.addProperty(TARGET, result.to());
    }
  }
}

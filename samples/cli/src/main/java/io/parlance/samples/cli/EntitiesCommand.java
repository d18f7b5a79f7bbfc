package io.parlance.samples.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.Aggregation;
import io.parlance.Entity;
import io.parlance.EntityExtraction;
import io.parlance.Nlp;
import io.parlance.TextInput;
import io.parlance.task.EntityExtractor;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** Finds what texts name. */
@Command(
    name = "entities",
    description = {
      "Finds people, places, organizations and whatever else the model's labels name in texts.",
      "A line in: {\"text\"}; a line out: {\"entities\": [{\"entity\", \"score\", \"start\", "
          + "\"end\", \"text\", \"word\"}, ...]} in the text's order; offsets count UTF-16 units."
    })
final class EntitiesCommand extends TextTaskCommand<EntityExtraction> {

  private static final TaskOption AGGREGATION =
      TaskOption.word(
          "aggregation_strategy",
          "How tokens become entities; none if not given.",
          "none",
          "simple",
          "first",
          "average",
          "max");
  private static final TaskOption IGNORE_LABELS =
      TaskOption.texts("ignore_labels", "Labels or groups to leave out; O if not given.");
  private static final TaskOption STRIDE =
      TaskOption.wholeNumber(
          "stride",
          0,
          "Reads long texts in windows that share this many tokens; cuts them if not given.");

  private static final TaskOptions OPTIONS =
      new TaskOptions(AGGREGATION, IGNORE_LABELS, STRIDE, TruncationOptions.MAX_LENGTH);

  @Override
  TaskOptions taskOptions() {
    return OPTIONS;
  }

  @Override
  void use(Nlp.Builder builder, String source) {
    builder.entityExtractor(source);
  }

  @Override
  void load(Nlp nlp) {
    nlp.entityExtractor().labels();
  }

  @Override
  TextInput input(Line line) {
    return TextInput.of(line.text("text"));
  }

  /** The defaults are the reference's, not the SDK's. */
  @Override
  EntityExtractor task(Nlp nlp, JsonObject options) {
    String aggregation = TaskOptions.word(options, AGGREGATION.name());
    EntityExtractor extractor =
        nlp.entityExtractor()
            .aggregation(
                aggregation == null
                    ? Aggregation.NONE
                    : Aggregation.valueOf(aggregation.toUpperCase(Locale.ROOT)));
    List<String> ignored = TaskOptions.texts(options, IGNORE_LABELS.name());
    if (ignored != null) {
      extractor = extractor.ignoreLabels(ignored);
    }
    Integer stride = TaskOptions.wholeNumber(options, STRIDE.name());
    extractor = stride == null ? extractor.oneWindow() : extractor.stride(stride);
    Integer maxLength = TaskOptions.wholeNumber(options, TruncationOptions.MAX_LENGTH.name());
    return maxLength == null ? extractor : extractor.maxLength(maxLength);
  }

  @Override
  JsonObject describe(EntityExtraction extraction) {
    JsonArray entities = new JsonArray();
    for (Entity each : extraction.entities()) {
      JsonObject entity = new JsonObject();
      entity.addProperty("entity", each.entity());
      entity.add("score", Json.number(each.score()));
      entity.addProperty("start", each.start());
      entity.addProperty("end", each.end());
      entity.addProperty("text", each.text());
      entity.addProperty("word", each.word());
      if (each.index() != Entity.NO_INDEX) {
        entity.addProperty("index", each.index());
      }
      entities.add(entity);
    }
    JsonObject answer = new JsonObject();
    answer.add("entities", entities);
    if (extraction.truncated()) {
      answer.addProperty("truncated", true);
    }
    return answer;
  }
}

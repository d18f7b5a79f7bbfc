package io.parlance.spring;

import io.parlance.Nlp;
import io.parlance.model.ModelSource;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A property that names a model.
 *
 * @param name of the property
 * @param task as {@link io.parlance.task.ModelHandle#task()} has it
 */
record ModelProperty(
    String name,
    String task,
    Function<ParlanceProperties, @Nullable String> value,
    BiConsumer<Nlp.Builder, ModelSource> target) {

  static final List<ModelProperty> ALL =
      List.of(
          new ModelProperty(
              "classifier", "classifier", ParlanceProperties::classifier, Nlp.Builder::classifier),
          new ModelProperty(
              "entity-extractor",
              "entityExtractor",
              ParlanceProperties::entityExtractor,
              Nlp.Builder::entityExtractor),
          new ModelProperty(
              "question-answerer",
              "questionAnswerer",
              ParlanceProperties::questionAnswerer,
              Nlp.Builder::questionAnswerer),
          new ModelProperty(
              "embedder", "embedder", ParlanceProperties::embedder, Nlp.Builder::embedder),
          new ModelProperty(
              "mask-filler", "maskFiller", ParlanceProperties::maskFiller, Nlp.Builder::maskFiller),
          new ModelProperty("ranker", "ranker", ParlanceProperties::ranker, Nlp.Builder::ranker),
          new ModelProperty(
              "generator", "generator", ParlanceProperties::generator, Nlp.Builder::generator),
          new ModelProperty(
              "translator", "translator", ParlanceProperties::translator, Nlp.Builder::translator),
          new ModelProperty(
              "summarizer", "summarizer", ParlanceProperties::summarizer, Nlp.Builder::summarizer),
          new ModelProperty(
              "text-to-text",
              "textToText",
              ParlanceProperties::textToText,
              Nlp.Builder::textToText));

  /** Whether the properties name any model. */
  static boolean anyIn(ParlanceProperties properties) {
    return ALL.stream().anyMatch(each -> each.value().apply(properties) != null);
  }
}

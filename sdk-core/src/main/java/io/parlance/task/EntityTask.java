package io.parlance.task;

import io.parlance.Aggregation;
import io.parlance.Entity;
import io.parlance.EntityExtraction;
import io.parlance.InvalidInputException;
import io.parlance.TextInput;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Truncation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Token classification in windows over the text. */
final class EntityTask implements EncoderTask<float[], EntityExtraction> {
  /** Share of a window that it has in common with the next, and the most tokens of it. */
  private static final int OVERLAP_SHARE = 4;

  private static final int MOST_OVERLAP = 128;

  private final LoadedEntityModel model;
  private final EntityOptions options;
  private final EncodingOptions encoding;

  EntityTask(LoadedEntityModel model, EntityOptions options) {
    this.model = model;
    this.options = options;
    EncodingOptions window =
        new TruncationOptions(Truncation.LONGEST_FIRST, options.maxLength())
            .encoding(model.encoder());
    int stride = stride(options, window.maxLength());
    encoding = stride == EntityOptions.ONE_WINDOW ? window : window.withStride(stride);
  }

  private static int stride(EntityOptions options, int length) {
    boolean joins = options.aggregation() != Aggregation.NONE;
    if (options.stride() == EntityOptions.AUTOMATIC) {
      return joins ? Math.min(length / OVERLAP_SHARE, MOST_OVERLAP) : EntityOptions.ONE_WINDOW;
    }
    if (options.stride() >= 0 && !joins) {
      throw new InvalidInputException(
          "stride "
              + options.stride()
              + " needs an aggregation that joins tokens, found NONE; choose SIMPLE, FIRST, AVERAGE"
              + " or MAX");
    }
    if (options.stride() >= length) {
      throw new InvalidInputException(
          "stride "
              + options.stride()
              + " must be less than the "
              + length
              + " tokens of a window");
    }
    return options.stride();
  }

  @Override
  public List<Encoding> encode(TextInput input) {
    if (input.pair() != null) {
      throw new InvalidInputException(
          "entities are extracted from one text; this input has a second one");
    }
    Encoding first = model.encoder().encode(input, encoding);
    List<Encoding> windows = new ArrayList<>(first.overflow().size() + 1);
    windows.add(first);
    windows.addAll(first.overflow());
    return windows;
  }

  @Override
  public List<String> outputs() {
    return List.of(LoadedEntityModel.LOGITS);
  }

  @Override
  public float[] read(EncoderOutputs outputs, int row, Encoding window) {
    return model.scores(outputs, row, window);
  }

  @Override
  public EntityExtraction decode(TextInput input, List<Encoding> windows, List<float[]> scores) {
    String text = input.text();
    List<TaggedSpan> kept = new ArrayList<>();
    for (int i = 0; i < windows.size(); i++) {
      Encoding window = windows.get(i);
      List<String> labels = model.labelsFor(scores.get(i).length / window.length());
      TokenAggregation tokens =
          new TokenAggregation(model.encoder().tokenizer(), labels, options.aggregation());
      for (TaggedSpan span : tokens.entities(text, window, scores.get(i))) {
        if (!options.ignoredLabels().contains(span.label())) {
          kept.add(span);
        }
      }
    }
    List<TaggedSpan> spans = windows.size() > 1 ? withoutOverlaps(text, kept) : kept;
    return new EntityExtraction(
        spans.stream().map(span -> entity(text, span)).toList(),
        windows.size() == 1 && windows.get(0).truncated(),
        windows.stream().mapToInt(Encoding::length).sum(),
        windows.get(0).untruncatedLength(),
        windows.size());
  }

  /**
   * Of entities that begin within another, which neighbouring windows both see, the longest is
   * kept, and of equals the one with the highest score.
   */
  private static List<TaggedSpan> withoutOverlaps(String text, List<TaggedSpan> spans) {
    List<TaggedSpan> sorted = new ArrayList<>(spans);
    sorted.sort(Comparator.comparingInt(TaggedSpan::start)); // stable
    List<TaggedSpan> kept = new ArrayList<>();
    for (TaggedSpan span : sorted) {
      TaggedSpan last = kept.isEmpty() ? null : kept.get(kept.size() - 1);
      if (last == null || span.start() >= last.end()) {
        kept.add(span);
      } else if (isBetter(text, span, last)) {
        kept.set(kept.size() - 1, span);
      }
    }
    return kept;
  }

  private static boolean isBetter(String text, TaggedSpan span, TaggedSpan other) {
    int longer =
        Integer.compare(
            text.codePointCount(span.start(), span.end()),
            text.codePointCount(other.start(), other.end()));
    return longer > 0 || longer == 0 && span.score() > other.score();
  }

  private static Entity entity(String text, TaggedSpan span) {
    return new Entity(
        span.label(),
        span.score(),
        span.start(),
        span.end(),
        text.substring(span.start(), span.end()),
        span.word(),
        span.index());
  }
}

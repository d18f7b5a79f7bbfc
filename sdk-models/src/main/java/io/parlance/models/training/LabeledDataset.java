package io.parlance.models.training;

import com.google.gson.JsonElement;
import io.parlance.InvalidInputException;
import io.parlance.models.architecture.Labels;
import io.parlance.models.architecture.Labels.ProblemType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The examples of a classification or regression task with their classes. Immutable.
 *
 * <p>A data file holds one JSON object a line, {@code {"text": ..., "label": ...}} and optionally
 * {@code "text_pair"}; other keys are not looked at; the file may be gzipped. The label is the name
 * of a class, its number, a list of names or numbers (any number of classes at once), or a number
 * to be predicted (regression).
 *
 * @param examples the examples in file order
 * @param labels the classes; one class of problem type regression if numbers are predicted
 */
public record LabeledDataset(List<LabeledExample> examples, Labels labels) {

  public LabeledDataset {
    examples = List.copyOf(examples);
  }

  /**
   * Reads a file and takes the classes from it. What kind of problem it is follows from the labels:
   * strings or whole numbers are single classes, lists are several, numbers of which at least one
   * is written with a fraction are a regression. Class names get their ids in the order of their
   * UTF-16 units; numbered classes are called {@code LABEL_0}, {@code LABEL_1} and so on up to the
   * largest number.
   *
   * @throws InvalidInputException naming file and line, if a line is broken, lacks text or label,
   *     or has another kind of label than the lines before; naming the file, if it is missing or
   *     empty
   */
  public static LabeledDataset read(Path file) {
    return read(file, null, null);
  }

  /**
   * As {@link #read(Path)}, for a known kind of problem: tells regression on whole numbers from
   * classes.
   */
  public static LabeledDataset read(Path file, ProblemType problem) {
    return read(file, problem, null);
  }

  /**
   * Reads a file whose classes are known, e.g. the second one of a task or data for a trained
   * model.
   *
   * @throws InvalidInputException as {@link #read(Path)}, and if a label is none of {@code labels}
   */
  public static LabeledDataset read(Path file, Labels labels) {
    return read(file, labels.problemType(), labels);
  }

  private static LabeledDataset read(
      Path file, @Nullable ProblemType problem, @Nullable Labels known) {
    List<RawExample> raw = new ArrayList<>();
    try (JsonLines lines = JsonLines.open(file)) {
      for (JsonLines.Line line = lines.next(); line != null; line = lines.next()) {
        RawExample example = RawExample.of(line, lines);
        if (!raw.isEmpty()) {
          example.requireKindOf(raw.get(0), problem, lines);
        }
        raw.add(example);
      }
      if (raw.isEmpty()) {
        throw new InvalidInputException(
            "data file "
                + file
                + " has no examples; expected lines like {\"text\": \"...\", \"label\": \"...\"}");
      }
      ProblemType type = problem != null ? problem : inferred(raw);
      Labels labels = known != null ? known : collected(raw, type, lines);
      Map<String, Integer> ids = new HashMap<>();
      for (int id = 0; id < labels.count(); id++) {
        ids.put(labels.names().get(id), id);
      }
      List<LabeledExample> examples = new ArrayList<>(raw.size());
      for (RawExample example : raw) {
        Target target = example.target(type, ids, lines);
        examples.add(new LabeledExample(example.text(), example.textPair(), target));
      }
      return new LabeledDataset(examples, labels);
    }
  }

  private static ProblemType inferred(List<RawExample> raw) {
    if (raw.get(0).label().isJsonArray()) {
      return ProblemType.MULTI_LABEL_CLASSIFICATION;
    }
    return raw.stream().anyMatch(RawExample::isFractional)
        ? ProblemType.REGRESSION
        : ProblemType.SINGLE_LABEL_CLASSIFICATION;
  }

  private static Labels collected(List<RawExample> raw, ProblemType type, JsonLines lines) {
    if (type == ProblemType.REGRESSION) {
      return new Labels(List.of("LABEL_0"), type);
    }
    TreeSet<String> names = new TreeSet<>();
    int largest = -1;
    for (RawExample example : raw) {
      for (JsonElement element : example.elements()) {
        if (RawExample.isNumber(element)) {
          largest = Math.max(largest, example.classNumber(element, lines));
        } else {
          names.add(element.getAsString());
        }
      }
    }
    if (largest >= 0 && !names.isEmpty()) {
      throw new InvalidInputException(
          "%s has names and numbers as labels, e.g. '%s' and %d; use one kind"
              .formatted(lines, names.first(), largest));
    }
    if (largest < 0 && names.isEmpty()) {
      throw new InvalidInputException(lines + " has no label in any line");
    }
    List<String> all = largest >= 0 ? Labels.numbered(largest + 1).names() : List.copyOf(names);
    return new Labels(all, type);
  }
}

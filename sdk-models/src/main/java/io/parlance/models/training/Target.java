package io.parlance.models.training;

import java.util.List;

/** What a classifier is to say about an example. */
public sealed interface Target {

  /** Exactly one class, by its id. */
  record OneClass(int id) implements Target {}

  /** Any number of classes, by their ids, none twice. */
  record SomeClasses(List<Integer> ids) implements Target {
    public SomeClasses {
      ids = List.copyOf(ids);
    }
  }

  /** A number. */
  record Value(double value) implements Target {}
}

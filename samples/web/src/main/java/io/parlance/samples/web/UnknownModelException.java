package io.parlance.samples.web;

import java.util.Collection;

/** A request names a model that nobody configured. */
final class UnknownModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 60;

  UnknownModelException(String name, Collection<String> known) {
    super(
        "there is no model '"
            + (name.length() > SHOWN ? name.substring(0, SHOWN) + "..." : name)
            + "'; configured are "
            + String.join(", ", known));
  }
}

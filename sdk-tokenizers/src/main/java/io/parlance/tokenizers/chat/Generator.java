package io.parlance.tokenizers.chat;

import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What filters such as {@code map} and {@code select} give: always true, without a length, made
 * when it is first looked at, and to be gone through once.
 */
final class Generator implements Iterable<Object> {
  private final Supplier<List<Object>> source;
  private @Nullable Iterator<Object> iterator;

  Generator(Supplier<List<Object>> source) {
    this.source = source;
  }

  @Override
  public Iterator<Object> iterator() {
    if (iterator == null) {
      iterator = source.get().iterator();
    }
    return iterator;
  }
}

package io.parlance.tokenizers.chat;

import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;

/**
 * What {@code keys()}, {@code values()} and {@code items()} of a mapping give: has a length, can be
 * iterated, but not indexed.
 */
final class DictView extends AbstractCollection<Object> {
  private final String typeName;
  private final Collection<Object> items;

  DictView(String typeName, Collection<Object> items) {
    this.typeName = typeName;
    this.items = items;
  }

  String typeName() {
    return typeName;
  }

  @Override
  public Iterator<Object> iterator() {
    return items.iterator();
  }

  @Override
  public int size() {
    return items.size();
  }
}

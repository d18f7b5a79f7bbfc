package io.parlance.spring.cache;

import io.parlance.Nlp;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.cache.Cache;

/**
 * The results that an {@link Nlp} remembers. It can be emptied; what is in it depends on model,
 * task, options and text, which only the SDK puts together, so there is nothing to look up.
 */
final class NlpCache implements Cache {
  private final String name;
  private final Nlp nlp;

  NlpCache(String name, Nlp nlp) {
    this.name = name;
    this.nlp = nlp;
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public Object getNativeCache() {
    return nlp;
  }

  @Override
  public @Nullable ValueWrapper get(Object key) {
    throw refused();
  }

  @Override
  public <T> @Nullable T get(Object key, @Nullable Class<T> type) {
    throw refused();
  }

  @Override
  public <T> @Nullable T get(Object key, Callable<T> loader) {
    throw refused();
  }

  @Override
  public void put(Object key, @Nullable Object value) {
    throw refused();
  }

  @Override
  public void evict(Object key) {
    throw refused();
  }

  @Override
  public void clear() {
    nlp.clearCache();
  }

  private UnsupportedOperationException refused() {
    return new UnsupportedOperationException(
        "the cache of results of '"
            + name
            + "' is read and written by its Nlp only; it can be cleared. For methods of the"
            + " application use a cache of its own");
  }
}

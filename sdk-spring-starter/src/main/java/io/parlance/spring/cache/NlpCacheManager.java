package io.parlance.spring.cache;

import io.parlance.spring.NlpInstances;
import io.parlance.spring.NlpInstances.Instance;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;

/** A cache for each instance, by its name. */
final class NlpCacheManager implements CacheManager {
  private final NlpInstances instances;

  NlpCacheManager(NlpInstances instances) {
    this.instances = instances;
  }

  @Override
  public @Nullable Cache getCache(String name) {
    Instance found = instances.all().get(name);
    return found == null ? null : new NlpCache(name, found.nlp());
  }

  @Override
  public Collection<String> getCacheNames() {
    return instances.all().keySet();
  }
}

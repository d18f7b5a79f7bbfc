package io.parlance.spring.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.Nlp;
import io.parlance.spring.ParlanceAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;

class ParlanceCacheAutoConfigurationTest {
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  ParlanceAutoConfiguration.class, ParlanceCacheAutoConfiguration.class));

  @Test
  void eachInstanceHasACacheThatCanBeEmptied() {
    application
        .withPropertyValues("parlance.instances.support.enabled=true")
        .run(
            context -> {
              CacheManager manager = context.getBean("parlanceCacheManager", CacheManager.class);
              assertThat(manager.getCacheNames()).containsExactlyInAnyOrder("default", "support");
              assertThat(manager.getCache("nobody")).isNull();
              Nlp nlp = context.getBean(Nlp.class);
              Nlp support = context.getBean("supportNlp", Nlp.class);
              nlp.classify("a");
              support.classify("a");
              Cache cache = manager.getCache("default");
              assertThat(cache.getName()).isEqualTo("default");
              assertThat(cache.getNativeCache()).isSameAs(nlp);
              cache.clear();
              assertThat(nlp.statistics().cache().entries()).isZero();
              assertThat(support.statistics().cache().entries()).isEqualTo(1);
            });
  }

  @Test
  void nothingCanBePutInOrLookedUp() {
    application.run(
        context -> {
          Cache cache =
              context.getBean("parlanceCacheManager", CacheManager.class).getCache("default");
          assertThatThrownBy(() -> cache.put("a", "b"))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContaining("use a cache of its own");
          assertThatThrownBy(() -> cache.get("a"))
              .isInstanceOf(UnsupportedOperationException.class);
        });
  }

  @Test
  void theApplicationsCacheManagerStaysTheOnlyCandidate() {
    CacheManager own = new ConcurrentMapCacheManager();
    application
        .withBean("own", CacheManager.class, () -> own)
        .run(
            context ->
                assertThat(context.getBeanProvider(CacheManager.class).getIfUnique())
                    .isSameAs(own));
  }

  @Test
  void theApplicationsOwnOfThatNameWins() {
    CacheManager own = new ConcurrentMapCacheManager();
    application
        .withBean("parlanceCacheManager", CacheManager.class, () -> own)
        .run(context -> assertThat(context.getBean("parlanceCacheManager")).isSameAs(own));
  }

  @Test
  void withoutSpringsCachesThereIsNone() {
    application
        .withClassLoader(new FilteredClassLoader("org.springframework.cache"))
        .run(
            context ->
                assertThat(context)
                    .hasSingleBean(Nlp.class)
                    .doesNotHaveBean("parlanceCacheManager"));
  }
}

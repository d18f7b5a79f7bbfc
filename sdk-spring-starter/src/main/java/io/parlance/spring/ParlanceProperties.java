package io.parlance.spring;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of Parlance in a Spring Boot application.
 *
 * @param classifier Model that classifies texts: a folder or classpath:NAME. Without it the starter
 *     model on the class path is used.
 * @param execution Where models run: cpu, cuda or cuda:N.
 * @param threads Threads within one operator. Without it as many as the machine has physical cores.
 * @param cache Settings of the cache of results.
 */
@ConfigurationProperties("parlance")
public record ParlanceProperties(
    @Nullable String classifier,
    @DefaultValue("cpu") String execution,
    @Nullable Integer threads,
    @DefaultValue Cache cache) {

  /**
   * Settings of the cache of results.
   *
   * @param maximumSize Memory that cached results may take. Zero turns the cache off.
   * @param expireAfterWrite Time after which a cached result is forgotten. Without it results stay
   *     as long as there is room.
   */
  public record Cache(
      @DefaultValue("16MB") DataSize maximumSize, @Nullable Duration expireAfterWrite) {}
}

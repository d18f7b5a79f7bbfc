package io.parlance.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image needs besides the metadata that sdk-core and sdk-tokenizers ship: the starter
 * models and the list of them.
 */
final class ParlanceRuntimeHints implements RuntimeHintsRegistrar {
  @Override
  public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
    hints.resources().registerPattern("META-INF/parlance/*");
    hints.resources().registerPattern("io/parlance/models/starter/**");
  }
}

package io.parlance.tokenizers.chat;

/** Anything that a template can call. */
@FunctionalInterface
interface Callable {
  Object call(Arguments arguments);
}

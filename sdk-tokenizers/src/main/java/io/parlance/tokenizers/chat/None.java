package io.parlance.tokenizers.chat;

/** Python's {@code None}. */
enum None {
  NONE
}

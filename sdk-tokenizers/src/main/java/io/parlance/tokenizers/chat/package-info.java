/**
 * Chat messages to prompts through the template that a model brings: {@link
 * io.parlance.tokenizers.chat.ChatTemplate}. The rest of the package is an interpreter of the
 * template language Jinja with Python's semantics, closed to everything but the values it is given.
 */
@NullMarked
package io.parlance.tokenizers.chat;

import org.jspecify.annotations.NullMarked;

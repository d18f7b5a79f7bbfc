/** What chats of other libraries have in common. */
@NullMarked
package io.parlance.spring.chat;

import org.jspecify.annotations.NullMarked;

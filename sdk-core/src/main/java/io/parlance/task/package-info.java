/** One class a task. */
@NullMarked
package io.parlance.task;

import org.jspecify.annotations.NullMarked;

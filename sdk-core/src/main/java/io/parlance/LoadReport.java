package io.parlance;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to load a model; one that failed is tried again with the next call.
 *
 * @param task whose model it is, for example {@code classifier}
 * @param duration of the attempt, with a download if there was one
 * @param failure why it could not be loaded, or null
 */
public record LoadReport(String task, Duration duration, @Nullable Throwable failure) {}

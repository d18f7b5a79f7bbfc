package io.parlance;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a call went. The parts need not add up to the whole: work of one call that goes on at the
 * same time counts each for itself, and results that are remembered take none of them.
 *
 * @param call what was called
 * @param total from the beginning of the call to its end
 * @param queue from when its tokens were ready until its first run began
 * @param tokenization texts to tokens
 * @param inference runs of graphs, those shared with other calls included; for generation the whole
 *     loop, with the choice of tokens
 * @param tokens that were read, without padding, and those that were generated
 * @param failure what ended the call, or null if it succeeded
 */
public record CallReport(
    CallStart call,
    Duration total,
    Duration queue,
    Duration tokenization,
    Duration inference,
    long tokens,
    @Nullable Throwable failure) {}

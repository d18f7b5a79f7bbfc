package io.parlance;

/**
 * How many asynchronous calls may wait, and how they are joined. Immutable.
 *
 * @param maximumCalls calls that wait for one model; further ones fail with {@link
 *     QueueFullException}
 * @param tokensPerRun the most tokens, padding included, that calls are joined to; a call beyond it
 *     runs alone
 */
public record QueuePolicy(int maximumCalls, int tokensPerRun) {
  public QueuePolicy {
    if (maximumCalls < 1 || tokensPerRun < 1) {
      throw new InvalidInputException(
          "a queue of "
              + maximumCalls
              + " calls and "
              + tokensPerRun
              + " tokens a run is of no use; both must be at least 1");
    }
  }

  /** 4,096 calls, 512 tokens a run: more tokens only cost memory on a CPU. */
  public static QueuePolicy defaults() {
    return new QueuePolicy(4_096, 512);
  }

  /** The same with another number of calls. */
  public QueuePolicy maximumCalls(int calls) {
    return new QueuePolicy(calls, tokensPerRun);
  }

  /** The same with other runs. */
  public QueuePolicy tokensPerRun(int tokens) {
    return new QueuePolicy(maximumCalls, tokens);
  }
}

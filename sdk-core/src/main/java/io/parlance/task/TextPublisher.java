package io.parlance.task;

import java.util.concurrent.Flow;
import java.util.function.Supplier;

/** Publishes the pieces of a text as they are asked for. Each subscriber has its own text. */
final class TextPublisher implements Flow.Publisher<String> {
  private final Supplier<TextStream> streams;

  TextPublisher(Supplier<TextStream> streams) {
    this.streams = streams;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super String> subscriber) {
    subscriber.onSubscribe(new Reading(streams.get(), subscriber));
  }

  /** One subscriber; a thread serves it while it wants more, and ends when it does not. */
  private static final class Reading implements Flow.Subscription {
    private final TextStream pieces;
    private final Flow.Subscriber<? super String> subscriber;
    private long wanted; // guarded by this
    private boolean served; // guarded by this
    private boolean ended; // guarded by this

    Reading(TextStream pieces, Flow.Subscriber<? super String> subscriber) {
      this.pieces = pieces;
      this.subscriber = subscriber;
    }

    @Override
    public void request(long count) {
      synchronized (this) {
        if (ended) {
          return;
        }
        wanted = count <= 0 ? count : wanted + count < 0 ? Long.MAX_VALUE : wanted + count;
        if (served) {
          return;
        }
        served = true;
      }
      Thread server = new Thread(this::serve, "parlance-publisher");
      server.setDaemon(true);
      server.start();
    }

    private void serve() {
      try {
        while (goesOn()) {
          if (!pieces.tryAdvance(subscriber::onNext)) {
            if (end()) {
              subscriber.onComplete();
            }
            return;
          }
        }
      } catch (RuntimeException | Error e) {
        if (end()) {
          subscriber.onError(e);
        }
      }
    }

    private synchronized boolean goesOn() {
      if (wanted < 0) {
        throw new IllegalArgumentException("a subscriber must request at least one piece");
      }
      if (ended || wanted == 0) {
        served = false;
        return false;
      }
      wanted--;
      return true;
    }

    /** False if the subscriber had gone before, who is told nothing any more. */
    private boolean end() {
      boolean first;
      synchronized (this) {
        first = !ended;
        ended = true;
      }
      pieces.close();
      return first;
    }

    @Override
    public void cancel() {
      end();
    }
  }
}

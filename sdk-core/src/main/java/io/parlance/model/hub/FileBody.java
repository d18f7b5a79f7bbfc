package io.parlance.model.hub;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Writes the body of a response to a file as it arrives, from a given position on. */
final class FileBody implements BodySubscriber<Long> {
  private final FileChannel channel;
  private final long limit;
  private final LongConsumer progress;
  private final CompletableFuture<Long> result = new CompletableFuture<>();
  private @Nullable Subscription subscription;
  private @Nullable IOException writeFailure;
  private long position;
  private boolean stopped;

  /**
   * @param from where in the file the body begins; what lies behind is dropped
   * @param limit how long the file may become
   */
  FileBody(Path file, long from, long limit, LongConsumer progress) throws IOException {
    this.limit = limit;
    this.progress = progress;
    this.position = from;
    channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.truncate(from);
    channel.position(from);
  }

  @Override
  public CompletionStage<Long> getBody() {
    return result;
  }

  @Override
  public synchronized void onSubscribe(Subscription flow) {
    subscription = flow;
    if (stopped) {
      flow.cancel();
    } else {
      flow.request(1); // no more than the disk takes
    }
  }

  @Override
  public synchronized void onNext(List<ByteBuffer> buffers) {
    if (stopped) {
      return;
    }
    try {
      for (ByteBuffer buffer : buffers) {
        if (buffer.remaining() > limit - position) {
          stop(new IOException("more bytes than the " + limit + " announced"));
          return;
        }
        while (buffer.hasRemaining()) {
          position += channel.write(buffer);
        }
      }
    } catch (IOException e) {
      writeFailure = e;
      stop(e);
      return;
    }
    try {
      progress.accept(position);
    } catch (RuntimeException e) {
      stop(e);
      return;
    }
    if (subscription != null) {
      subscription.request(1);
    }
  }

  @Override
  public synchronized void onError(Throwable failure) {
    stop(failure);
  }

  @Override
  public synchronized void onComplete() {
    if (!stopped) {
      stopped = true;
      try {
        channel.close();
        result.complete(position);
      } catch (IOException e) {
        writeFailure = e;
        result.completeExceptionally(e);
      }
    }
  }

  /** How far the file is written. */
  synchronized long position() {
    return position;
  }

  /** Why the file could not be written, where that was the reason to stop. */
  synchronized @Nullable IOException writeFailure() {
    return writeFailure;
  }

  /** Writes no more, and lets the connection go. */
  synchronized void stop(Throwable reason) {
    if (stopped) {
      return;
    }
    stopped = true;
    if (subscription != null) {
      subscription.cancel();
    }
    try {
      channel.close();
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
    result.completeExceptionally(reason);
  }
}

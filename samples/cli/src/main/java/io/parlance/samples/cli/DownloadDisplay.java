package io.parlance.samples.cli;

import io.parlance.model.hub.DownloadListener;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows how far the download of a model's files has come, one file after the other. */
final class DownloadDisplay implements DownloadListener {

  private final Streams streams;
  private @Nullable String file;
  private @Nullable Progress progress;

  DownloadDisplay(Streams streams) {
    this.streams = streams;
  }

  @Override
  public synchronized void progress(String name, long done, long total) {
    if (!name.equals(file)) {
      close();
      file = name;
      progress = new Progress(streams, name, total, done);
    }
    if (progress != null) {
      progress.step(done, String.format(Locale.ROOT, "%.1f MB", total / 1e6));
      if (done >= total) {
        close();
      }
    }
  }

  private void close() {
    if (progress != null) {
      progress.close();
      progress = null;
    }
  }
}

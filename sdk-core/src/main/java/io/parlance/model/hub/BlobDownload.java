package io.parlance.model.hub;

import io.parlance.ModelDownloadException;
import io.parlance.model.hub.Retry.TransientException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Brings the content of one file into the cache, whole and checked, or not at all. */
final class BlobDownload {
  private final HubCache cache;
  private final HubConnection connection;
  private final Retry retry;
  private final DownloadListener listener;
  private final String file;
  private final String what;
  private final FileMetadata metadata;

  BlobDownload(
      HubCache cache,
      HubConnection connection,
      Retry retry,
      DownloadListener listener,
      HubReference reference,
      String file,
      FileMetadata metadata) {
    this.cache = cache;
    this.connection = connection;
    this.retry = retry;
    this.listener = listener;
    this.file = file;
    this.what = file + " of " + reference;
    this.metadata = metadata;
  }

  /** Leaves the file in the snapshot. */
  void run() {
    String etag = metadata.etag();
    try {
      cache.makeFolders(cache.lock(etag));
      cache.makeFolders(cache.blob(etag));
      try (CacheLock lock = CacheLock.acquire(cache.lock(etag), retry)) {
        if (cache.has(metadata.commit(), file)) {
          return; // another thread or process was first
        }
        boolean isNew = !Files.exists(cache.blob(etag));
        if (isNew) {
          transfer(cache.partial(etag));
          HubCache.move(cache.partial(etag), cache.blob(etag));
        }
        cache.link(etag, metadata.commit(), file, isNew);
      }
    } catch (InterruptedException e) {
      throw Retry.cancelled(e);
    } catch (IOException e) {
      throw new ModelDownloadException(
          what + " cannot be kept in " + cache.blob(etag) + ": " + e, e);
    }
  }

  private void transfer(Path partial) throws IOException, InterruptedException {
    long size = metadata.size();
    if (length(partial) > size) {
      Files.delete(partial);
    }
    checkSpace(partial);
    long best = length(partial);
    boolean resumed = best > 0;
    int failures = 0;
    LongConsumer progress = done -> listener.progress(file, done, size);
    while (true) {
      try {
        long have = length(partial);
        if (have < size || size == 0) {
          connection.download(metadata.commit(), file, partial, have, size, progress);
        }
        if (length(partial) < size) {
          throw new TransientException(
              "only " + length(partial) + " of " + size + " bytes came", Duration.ZERO);
        }
      } catch (TransientException e) {
        failures = length(partial) > best ? 1 : failures + 1;
        best = Math.max(best, length(partial));
        if (failures >= Retry.ATTEMPTS) {
          throw new ModelDownloadException(
              what
                  + " broke off after "
                  + length(partial)
                  + " of "
                  + size
                  + " bytes: "
                  + e.getMessage()
                  + "; another try goes on from there",
              e);
        }
        retry.pauseAfter(failures, e);
        continue;
      }
      String found = checksum(partial);
      if (found == null || found.equals(metadata.etag())) {
        progress.accept(size);
        return;
      }
      Files.delete(partial);
      if (!resumed) {
        throw new ModelDownloadException(
            what
                + " arrived with the checksum "
                + found
                + " in place of "
                + metadata.etag()
                + "; it was deleted; try again, and check the proxy or mirror if it happens again");
      }
      resumed = false; // what lay here from an earlier try may have been the broken part
      best = 0;
    }
  }

  private void checkSpace(Path partial) throws IOException {
    Path folder = partial.toAbsolutePath().getParent();
    long needed = metadata.size() - length(partial);
    long free = folder == null ? Long.MAX_VALUE : Files.getFileStore(folder).getUsableSpace();
    if (needed > free) {
      throw new ModelDownloadException(
          what
              + " needs "
              + megabytes(needed)
              + " in "
              + folder
              + ", but only "
              + megabytes(free)
              + " are free; free some space, or choose another cache folder (HF_HUB_CACHE)");
    }
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  private static long length(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /** The checksum that the entity tag is; null if the tag is of no known kind. */
  private @Nullable String checksum(Path content) throws IOException {
    String etag = metadata.etag();
    if (etag.matches("[0-9a-f]{64}")) {
      return digest(content, "SHA-256", new byte[0]);
    }
    if (etag.matches("[0-9a-f]{40}")) {
      // git names content by the hash of a header and the content
      String header = "blob " + metadata.size() + "\0";
      return digest(content, "SHA-1", header.getBytes(StandardCharsets.US_ASCII));
    }
    return null;
  }

  private static String digest(Path content, String algorithm, byte[] header) throws IOException {
    try (InputStream in = Files.newInputStream(content)) {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      digest.update(header);
      byte[] chunk = new byte[1 << 16];
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        digest.update(chunk, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has " + algorithm, e);
    }
  }
}

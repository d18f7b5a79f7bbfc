package io.parlance.model.hub;

import io.parlance.ModelAccessException;
import io.parlance.ModelDownloadException;
import io.parlance.ModelNotFoundException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One commit of a model repository, in the cache as far as its files have been asked for.
 * Thread-safe; several processes may use one cache.
 *
 * <p>A branch or tag is looked up once, when the snapshot is opened; without a connection it is
 * what it was when last seen. A whole commit whose files are in the cache needs no network at all.
 */
public final class HubSnapshot {
  private static final Logger LOG = LoggerFactory.getLogger(HubSnapshot.class);

  /** A file that every model has; asked for where a server cannot list. */
  private static final String PROBE = "config.json";

  private final HubReference reference;
  private final HubOptions options;
  private final Retry retry;
  private final HubCache cache;
  private final String commit;
  private @Nullable HubConnection connection;
  private @Nullable RepositoryListing listing;
  private boolean listed;
  private boolean unreachable;

  private HubSnapshot(HubReference reference, HubOptions options, Retry retry) {
    this.reference = reference;
    this.options = options;
    this.retry = retry;
    this.cache = new HubCache(options, reference);
    this.commit = resolve();
  }

  /**
   * Finds out which commit the reference is.
   *
   * @throws ModelNotFoundException if there is no such repository or revision, or it is not in the
   *     cache and the options say offline
   * @throws ModelAccessException if the hub wants a token or a permission
   * @throws ModelDownloadException if the hub cannot be reached
   */
  public static HubSnapshot open(HubReference reference, HubOptions options) {
    return open(reference, options, Retry.Pause.SLEEP);
  }

  static HubSnapshot open(HubReference reference, HubOptions options, Retry.Pause pause) {
    return new HubSnapshot(reference, options, new Retry(pause));
  }

  private String resolve() {
    String revision = reference.revision();
    if (reference.isPinned()) {
      return revision;
    }
    String known = cache.commit(revision);
    if (options.offline()) {
      if (known == null) {
        throw new ModelNotFoundException(
            reference
                + " is not in the cache "
                + options.cacheFolder()
                + ", and the hub is not asked (offline); load it once with a connection, for"
                + " example by parlance download "
                + reference);
      }
      return known;
    }
    try {
      // who has the model already need not wait for a hub in trouble
      String found = ask(revision, known == null ? Retry.ATTEMPTS : 1);
      cache.rememberCommit(revision, found);
      return found;
    } catch (ModelDownloadException | ModelAccessException e) {
      if (known == null) {
        throw e;
      }
      LOG.warn("{}; using commit {} of {} from the cache", e.getMessage(), known, reference);
      unreachable = true;
      return known;
    }
  }

  private String ask(String revision, int attempts) {
    RepositoryListing found = connection().listing(revision, attempts);
    if (found != null) {
      keep(found);
      return found.commit();
    }
    FileMetadata probe = connection().metadata(revision, PROBE);
    if (probe == null) {
      throw new ModelNotFoundException(
          "there is no " + PROBE + " of " + reference + " at " + options.endpoint());
    }
    listed = true; // it cannot list
    return probe.commit();
  }

  private void keep(RepositoryListing found) {
    listing = found;
    listed = true;
    cache.rememberListing(found);
  }

  /** What was asked for. */
  public HubReference reference() {
    return reference;
  }

  /** The commit in hexadecimal. */
  public String commit() {
    return commit;
  }

  /** Whether only the cache is used. */
  public boolean isOffline() {
    return options.offline();
  }

  /** The folder with the files of this commit that have been fetched. It may not exist yet. */
  public Path folder() {
    return cache.snapshot(commit);
  }

  /**
   * Whether the commit has a file, here or at the hub. Offline, whether it is here, or is known to
   * be missing from an incomplete snapshot: {@link #fetch} says so then.
   *
   * @param file name with slashes, relative to the repository
   */
  public boolean exists(String file) {
    if (!FileNames.isSafe(file)) {
      return false;
    }
    if (cache.has(commit, file)) {
      return true;
    }
    if (cache.isKnownMissing(commit, file)) {
      return false;
    }
    RepositoryListing known = listing();
    if (known == null) {
      return !withoutHub() && metadata(file) != null;
    }
    if (known.files().containsKey(file)) {
      return true;
    }
    cache.rememberMissing(commit, file);
    return false;
  }

  /**
   * Makes sure that a file is in the cache.
   *
   * @param file name with slashes, relative to the repository
   * @return where it is, under {@link #folder()}
   * @throws ModelNotFoundException if the commit has no such file, or it is not in the cache and
   *     the options say offline
   * @throws ModelAccessException if the hub wants a token or a permission
   * @throws ModelDownloadException if it cannot be downloaded or kept
   * @throws io.parlance.CancelledException if the thread is interrupted
   */
  public Path fetch(String file) {
    Path pointer = cache.pointer(commit, FileNames.check(file, reference));
    if (cache.has(commit, file)) {
      return pointer;
    }
    if (options.offline()) {
      throw new ModelNotFoundException(
          "the cached snapshot of "
              + reference
              + " is incomplete: "
              + file
              + " is not in "
              + folder()
              + ", and the hub is not asked (offline); load the model once with a connection, for"
              + " example by parlance download "
              + reference);
    }
    FileMetadata metadata = metadata(file);
    if (metadata == null) {
      throw new ModelNotFoundException("there is no " + file + " of " + reference);
    }
    new BlobDownload(cache, connection(), retry, options.listener(), reference, file, metadata)
        .run();
    return pointer;
  }

  /** The files that the commit has; those that are here, where the hub cannot be asked. */
  public List<String> files() {
    RepositoryListing known = listing();
    return known == null ? cache.present(commit) : List.copyOf(known.files().keySet());
  }

  private @Nullable FileMetadata metadata(String file) {
    FileMetadata metadata = connection().metadata(commit, file);
    if (metadata == null) {
      cache.rememberMissing(commit, file);
    } else if (!metadata.commit().equals(commit)) {
      throw new ModelDownloadException(
          options.endpoint()
              + " gives "
              + file
              + " of commit "
              + metadata.commit()
              + " when asked for commit "
              + commit
              + " of "
              + reference
              + "; check the endpoint");
    }
    return metadata;
  }

  private synchronized @Nullable RepositoryListing listing() {
    if (!listed) {
      listing = cache.listing(commit);
      if (listing == null && !withoutHub()) {
        list();
      }
      listed = true;
    }
    return listing;
  }

  private void list() {
    boolean isHere = cache.has(commit, PROBE);
    try {
      RepositoryListing asked = connection().listing(commit, isHere ? 1 : Retry.ATTEMPTS);
      if (asked != null && asked.commit().equals(commit)) {
        keep(asked);
      }
    } catch (ModelDownloadException | ModelAccessException e) {
      if (!isHere) {
        throw e;
      }
      LOG.warn("{}; using what the cache has of {}", e.getMessage(), reference);
      unreachable = true;
    }
  }

  private synchronized boolean withoutHub() {
    return unreachable || options.offline();
  }

  private synchronized HubConnection connection() {
    HubConnection open = connection;
    if (open == null) {
      open = new HubConnection(options, reference, retry);
      connection = open;
    }
    return open;
  }
}

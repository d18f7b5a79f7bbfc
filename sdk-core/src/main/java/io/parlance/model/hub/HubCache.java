package io.parlance.model.hub;

import io.parlance.ModelDownloadException;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of one repository in the cache, as huggingface_hub lays them out: content under
 * {@code blobs} by entity tag, {@code snapshots/COMMIT} with relative links to it, {@code refs}
 * with the commit of each branch, {@code .no_exist/COMMIT} with what the repository does not have,
 * {@code trees/COMMIT.json} with what it has.
 */
final class HubCache {
  private static final Logger LOG = LoggerFactory.getLogger(HubCache.class);

  /** First line prescribed by the Cache Directory Tagging Specification. */
  private static final String CACHE_TAG =
      "Signature: 8a477f597d28d172789f06886806bc55\n"
          + "# This folder holds downloads that can be made again.\n";

  private final Path root;
  private final Path folder;
  private final boolean symbolicLinks;

  HubCache(HubOptions options, HubReference reference) {
    root = options.cacheFolder();
    folder = root.resolve("models--" + reference.repository().replace("/", "--"));
    symbolicLinks = options.symbolicLinks();
  }

  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  Path pointer(String commit, String file) {
    return snapshot(commit).resolve(file);
  }

  Path blob(String etag) {
    return folder.resolve("blobs").resolve(etag);
  }

  Path partial(String etag) {
    return folder.resolve("blobs").resolve(etag + ".incomplete");
  }

  Path lock(String etag) {
    return root.resolve(".locks").resolve(folder.getFileName()).resolve(etag + ".lock");
  }

  /** Whether the file is there; a link to content that was deleted is not. */
  boolean has(String commit, String file) {
    return Files.isRegularFile(pointer(commit, file));
  }

  /** The commit that the revision was when last seen, or null. */
  @Nullable String commit(String revision) {
    try {
      Path ref = folder.resolve("refs").resolve(revision);
      String commit = Files.isRegularFile(ref) ? Files.readString(ref).strip() : "";
      return HubReference.isCommit(commit) ? commit : null;
    } catch (IOException e) {
      return null;
    }
  }

  void rememberCommit(String revision, String commit) {
    if (!revision.equals(commit) && !commit.equals(commit(revision))) {
      writeIfPossible(folder.resolve("refs").resolve(revision), commit);
    }
  }

  boolean isKnownMissing(String commit, String file) {
    return Files.isRegularFile(folder.resolve(".no_exist").resolve(commit).resolve(file));
  }

  void rememberMissing(String commit, String file) {
    if (!isKnownMissing(commit, file)) {
      writeIfPossible(folder.resolve(".no_exist").resolve(commit).resolve(file), "");
    }
  }

  @Nullable RepositoryListing listing(String commit) {
    Path tree = folder.resolve("trees").resolve(commit + ".json");
    try {
      return Files.isRegularFile(tree)
          ? RepositoryListing.parseTree(commit, Files.readString(tree))
          : null;
    } catch (IOException e) {
      return null;
    }
  }

  void rememberListing(RepositoryListing listing) {
    String tree = listing.toTree();
    Path file = folder.resolve("trees").resolve(listing.commit() + ".json");
    if (tree != null && !Files.exists(file)) {
      writeIfPossible(file, tree);
    }
  }

  /** Notes that only spare requests: a cache that cannot be written to may still be read. */
  private void writeIfPossible(Path file, String text) {
    try {
      makeFolders(file);
      Path temporary = besides(file);
      Files.writeString(temporary, text);
      move(temporary, file);
    } catch (IOException e) {
      LOG.debug("{} cannot be written", file, e);
    }
  }

  private static Path besides(Path file) {
    return file.resolveSibling(
        file.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8) + ".tmp");
  }

  /** Makes the folder that will hold a file of this cache. */
  void makeFolders(Path file) throws IOException {
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Path tag = root.resolve("CACHEDIR.TAG");
    if (!Files.exists(tag)) {
      Files.writeString(tag, CACHE_TAG);
    }
  }

  static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Makes content appear in a snapshot. To be called with the lock of the content.
   *
   * @param isNew whether the content has just arrived, so that nothing else refers to it
   */
  void link(String etag, String commit, String file, boolean isNew) {
    Path pointer = pointer(commit, file);
    Path blob = blob(etag);
    try {
      makeFolders(pointer);
      if (symbolicLinks && symbolicLink(pointer, blob)) {
        return;
      }
      if (isNew) {
        move(blob, pointer);
      } else {
        Path temporary = besides(pointer);
        Files.copy(blob, temporary, StandardCopyOption.COPY_ATTRIBUTES);
        move(temporary, pointer);
      }
    } catch (IOException e) {
      throw new ModelDownloadException(pointer + " cannot be written: " + e, e);
    }
  }

  /** False where the file system has no symbolic links, or we may not make them. */
  private static boolean symbolicLink(Path pointer, Path blob) throws IOException {
    Path target = Objects.requireNonNull(pointer.getParent()).relativize(blob);
    Path temporary = besides(pointer);
    try {
      Files.createSymbolicLink(temporary, target);
    } catch (UnsupportedOperationException | FileSystemException e) {
      LOG.debug("no symbolic links at {}; the snapshot gets the file", pointer, e);
      return false;
    }
    move(temporary, pointer); // takes the place of a link to content that was deleted
    return true;
  }

  /** Names of the files of a snapshot that are here. */
  List<String> present(String commit) {
    Path snapshot = snapshot(commit);
    if (!Files.isDirectory(snapshot, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(snapshot)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> snapshot.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ModelDownloadException(snapshot + " cannot be read: " + e, e);
    }
  }
}

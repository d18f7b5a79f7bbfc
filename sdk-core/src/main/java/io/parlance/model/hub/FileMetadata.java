package io.parlance.model.hub;

import io.parlance.ModelDownloadException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.OptionalLong;

/**
 * What the hub says of one file.
 *
 * @param commit the commit that it is of
 * @param etag names the content: SHA-256 of large files (LFS), git's SHA-1 of others
 * @param size bytes
 */
record FileMetadata(String commit, String etag, long size) {
  /**
   * Reads the headers; those of a redirection to content elsewhere begin with {@code X-Linked}.
   *
   * @param what how messages name the file
   * @throws ModelDownloadException if some are missing, as from a server that is not a hub
   */
  static FileMetadata of(HttpResponse<?> response, String what) {
    HttpHeaders headers = response.headers();
    String commit = headers.firstValue("X-Repo-Commit").orElse("");
    String etag =
        headers
            .firstValue("X-Linked-Etag")
            .or(() -> headers.firstValue("ETag"))
            .orElse("")
            .replaceFirst("^W/", "")
            .replace("\"", "");
    OptionalLong size = headers.firstValueAsLong("X-Linked-Size");
    if (size.isEmpty() && response.statusCode() / 100 != 3) {
      size = headers.firstValueAsLong("Content-Length");
    }
    if (!HubReference.isCommit(commit)
        || !FileNames.isSafeEtag(etag)
        || size.isEmpty()
        || size.getAsLong() < 0) {
      throw new ModelDownloadException(
          "the answer about "
              + what
              + " is not that of a hub (X-Repo-Commit '"
              + commit
              + "', ETag '"
              + etag
              + "', size "
              + (size.isPresent() ? size.getAsLong() : "unknown")
              + "); check the endpoint and the proxy");
    }
    return new FileMetadata(commit, etag, size.getAsLong());
  }
}

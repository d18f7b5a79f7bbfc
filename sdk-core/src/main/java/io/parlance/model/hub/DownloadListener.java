package io.parlance.model.hub;

/** Is told how far a download has come. */
@FunctionalInterface
public interface DownloadListener {
  /**
   * Some bytes have arrived, or the file is complete. Comes from a thread of the download and holds
   * it up.
   *
   * @param file the name in the repository
   * @param done bytes that are here, with those of earlier tries
   * @param total bytes of the file
   */
  void progress(String file, long done, long total);
}

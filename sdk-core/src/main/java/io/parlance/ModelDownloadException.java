package io.parlance;

import org.jspecify.annotations.Nullable;

/**
 * A file of a model could not be brought from a hub: no connection, a server in trouble, content
 * with a wrong checksum, a full disk. What has arrived is kept, so that another try resumes.
 */
public final class ModelDownloadException extends NlpException {
  private static final long serialVersionUID = 1L;

  /** The message names the thing, what was found, what was expected and what to do next. */
  public ModelDownloadException(String message) {
    super(message);
  }

  /** As {@link #ModelDownloadException(String)}, with what caused it. */
  public ModelDownloadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

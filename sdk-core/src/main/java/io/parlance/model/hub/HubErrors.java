package io.parlance.model.hub;

import io.parlance.ModelAccessException;
import io.parlance.ModelDownloadException;
import io.parlance.ModelNotFoundException;
import io.parlance.model.hub.Retry.TransientException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the answers of a hub mean that bring no file. */
final class HubErrors {
  private static final String SET_TOKEN =
      "make an access token at the hub and set HF_TOKEN, or HubOptions.token(...)";

  private HubErrors() {}

  /** Whether the repository and the revision are there, but not this file. */
  static boolean isMissingFile(HttpResponse<?> response) {
    String code = code(response);
    // servers that are not the hub itself give no code
    return response.statusCode() == 404 && (code.equals("EntryNotFound") || code.isEmpty());
  }

  /**
   * Throws what an answer means, if it is not a success.
   *
   * @param ours whether the hub itself answered, not the server that content lies on
   * @param file null if the answer is about the repository
   */
  static void check(
      HttpResponse<?> response,
      boolean ours,
      HubReference reference,
      @Nullable String file,
      boolean withToken)
      throws TransientException {
    int status = response.statusCode();
    if (status / 100 == 2) {
      return;
    }
    String what = file == null ? reference.toString() : file + " of " + reference;
    String code = code(response);
    if (code.equals("RevisionNotFound")) {
      throw new ModelNotFoundException(
          "repository "
              + reference.repository()
              + " has no revision '"
              + reference.revision()
              + "'; name a branch, a tag or a commit that it has");
    }
    if (code.equals("GatedRepo")) {
      throw new ModelAccessException(
          what
              + " is gated (HTTP status "
              + status
              + "): accept its conditions on its page at the hub, then "
              + (withToken ? "use a token of that account" : SET_TOKEN));
    }
    if (!ours && (status == 401 || status == 403)) {
      // signed addresses of content expire; the hub gives a new one
      throw new TransientException(
          "HTTP status " + status + " from " + response.uri().getHost(), Duration.ZERO);
    }
    if (status == 401 || status == 403) {
      throw new ModelAccessException(
          what
              + " is not given to "
              + (withToken ? "the token in use" : "callers without a token")
              + " (HTTP status "
              + status
              + message(response)
              + "); the hub answers so for private repositories and for names that do not exist:"
              + " check the name, "
              + (withToken ? "and that the token is valid and may read it" : "or " + SET_TOKEN));
    }
    if (status == 404 || status == 410) {
      throw new ModelNotFoundException(
          file == null || code.equals("RepoNotFound")
              ? "there is no repository " + reference.repository() + " at " + host(response)
              : "there is no " + what);
    }
    throw new ModelDownloadException(
        what
            + " cannot be downloaded: HTTP status "
            + status
            + message(response)
            + " from "
            + host(response));
  }

  /** How long the server asks us to wait; zero if it does not say so in seconds. */
  static Duration retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(text -> text.matches("\\d{1,6}"))
        .map(text -> Duration.ofSeconds(Long.parseLong(text)))
        .orElse(Duration.ZERO);
  }

  static ModelDownloadException unreachable(String what, URI endpoint, IOException cause) {
    return new ModelDownloadException(
        what
            + " cannot be downloaded from "
            + endpoint
            + ": "
            + cause.getMessage()
            + "; check the network, the proxy (HTTPS_PROXY) and the endpoint (HF_ENDPOINT), or work"
            + " offline (HF_HUB_OFFLINE=1) with what is in the cache",
        cause);
  }

  private static String code(HttpResponse<?> response) {
    return response.headers().firstValue("X-Error-Code").orElse("");
  }

  private static String message(HttpResponse<?> response) {
    return response.headers().firstValue("X-Error-Message").map(text -> ", " + text).orElse("");
  }

  private static String host(HttpResponse<?> response) {
    return response.uri().getHost();
  }
}

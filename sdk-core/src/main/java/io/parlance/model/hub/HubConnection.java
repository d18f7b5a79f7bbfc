package io.parlance.model.hub;

import io.parlance.ModelDownloadException;
import io.parlance.model.hub.Retry.TransientException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** The protocol of the hub. Follows redirections itself, because the token must not follow all. */
final class HubConnection {
  private static final int MAXIMUM_REDIRECTIONS = 10;

  private final HubOptions options;
  private final HubReference reference;
  private final Retry retry;
  private final HttpClient client;
  private final @Nullable String token;

  HubConnection(HubOptions options, HubReference reference, Retry retry) {
    this.options = options;
    this.reference = reference;
    this.retry = retry;
    this.token = options.token().orElse(null);
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // one large file gains nothing from streams
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(options.metadataTimeout())
            .proxy(options.proxy())
            .build();
  }

  /** Sends one request. */
  private interface Exchange<T> {
    HttpResponse<T> send(HttpRequest request) throws IOException, InterruptedException;
  }

  /**
   * What files the revision has.
   *
   * @return null if this server cannot tell
   */
  @Nullable RepositoryListing listing(String revision, int attempts) {
    // sizes and hashes come with it where the server knows how
    URI uri =
        address("/api/models/" + reference.repository() + "/revision/", revision, "?blobs=true");
    Optional<RepositoryListing> found =
        retried(
            "the list of files of " + reference,
            attempts,
            () -> {
              HttpResponse<String> response = send("GET", uri, null, true, this::text);
              int status = response.statusCode();
              boolean known = response.headers().firstValue("X-Error-Code").isPresent();
              if (status == 405 || status == 501 || (status == 404 && !known)) {
                return Optional.empty();
              }
              HubErrors.check(response, isTrusted(response.uri()), reference, null, token != null);
              return Optional.ofNullable(RepositoryListing.parse(response.body()));
            });
    return found.orElse(null);
  }

  /**
   * What the hub says of a file.
   *
   * @return null if the revision has no such file
   */
  @Nullable FileMetadata metadata(String revision, String file) {
    Optional<FileMetadata> found =
        retried(
            file + " of " + reference,
            Retry.ATTEMPTS,
            () -> {
              HttpResponse<Void> response =
                  send("HEAD", content(revision, file), null, false, this::nothing);
              if (HubErrors.isMissingFile(response)) {
                return Optional.empty();
              }
              if (response.statusCode() / 100 != 3) {
                HubErrors.check(response, true, reference, file, token != null);
              }
              return Optional.of(
                  FileMetadata.of(
                      response, file + " of " + reference + " at " + options.endpoint()));
            });
    return found.orElse(null);
  }

  /**
   * Tries once to bring the rest of a file.
   *
   * @param partial what is there of it; the rest is appended
   * @throws TransientException if it broke off; what arrived stays
   */
  void download(
      String commit, String file, Path partial, long have, long size, LongConsumer progress)
      throws IOException, InterruptedException {
    String range = have > 0 ? "bytes=" + have + "-" : "";
    AtomicReference<@Nullable FileBody> body = new AtomicReference<>();
    BodyHandler<Long> handler =
        info -> {
          long from = info.statusCode() == 206 ? have : 0;
          boolean wanted = info.statusCode() == 200 || isRest(info, have);
          try {
            if (!wanted) {
              return HttpResponse.BodySubscribers.replacing(-1L);
            }
            FileBody opened = new FileBody(partial, from, size, progress);
            body.set(opened);
            return opened;
          } catch (IOException e) {
            throw new ModelDownloadException(partial + " cannot be written: " + e.getMessage(), e);
          }
        };
    HttpResponse<Long> response;
    try {
      response =
          send("GET", content(commit, file), range, true, request -> await(request, handler, body));
    } catch (IOException e) {
      FileBody written = body.get();
      IOException failure = written == null ? null : written.writeFailure();
      if (failure != null) {
        throw new ModelDownloadException(
            partial + " cannot be written: " + failure.getMessage() + "; free some space", failure);
      }
      throw e;
    }
    if (response.statusCode() == 416 || (response.statusCode() == 206 && body.get() == null)) {
      Files.deleteIfExists(partial);
      throw new TransientException(
          file + " of " + reference + " cannot be resumed, starts again", Duration.ZERO);
    }
    HubErrors.check(response, isTrusted(response.uri()), reference, file, token != null);
  }

  private static boolean isRest(HttpResponse.ResponseInfo info, long have) {
    return info.statusCode() == 206
        && info.headers()
            .firstValue("Content-Range")
            .filter(range -> range.strip().startsWith("bytes " + have + "-"))
            .isPresent();
  }

  /** Waits as long as bytes come. */
  private HttpResponse<Long> await(
      HttpRequest request, BodyHandler<Long> handler, AtomicReference<@Nullable FileBody> body)
      throws IOException, InterruptedException {
    Future<HttpResponse<Long>> answer = client.sendAsync(request, handler);
    long seen = -1;
    try {
      while (true) {
        try {
          return answer.get(options.downloadTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          FileBody written = body.get();
          long now = written == null ? -1 : written.position();
          if (now == seen) {
            throw new IOException(
                "nothing came for " + options.downloadTimeout().toMillis() + " ms", e);
          }
          seen = now;
        }
      }
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException failure) {
        throw failure;
      }
      if (cause instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IOException(cause);
    } finally {
      FileBody written = body.get();
      if (written != null) {
        written.stop(new IOException("given up")); // of no effect where all has come
      }
      answer.cancel(true);
    }
  }

  private HttpResponse<String> text(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }

  private HttpResponse<Void> nothing(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.discarding());
  }

  private <T> T retried(String what, int attempts, Retry.Attempt<T> attempt) {
    try {
      return retry.run(attempts, attempt);
    } catch (IOException e) {
      throw HubErrors.unreachable(what, options.endpoint(), e);
    }
  }

  /**
   * @param range of the content, empty for all of it; null if no content is asked for
   * @param everywhere whether to follow a redirection to another host as well
   */
  private <T> HttpResponse<T> send(
      String method, URI start, @Nullable String range, boolean everywhere, Exchange<T> exchange)
      throws IOException, InterruptedException {
    URI uri = start;
    for (int i = 0; i <= MAXIMUM_REDIRECTIONS; i++) {
      HttpResponse<T> response = tryTo(exchange, request(method, uri, range));
      int status = response.statusCode();
      if (status == 408 || status == 429 || status >= 500) {
        throw new TransientException(
            "HTTP status " + status + " from " + uri.getHost(), HubErrors.retryAfter(response));
      }
      String location = response.headers().firstValue("Location").orElse(null);
      if (status / 100 != 3 || status == 304 || location == null) {
        return response;
      }
      URI target = resolve(uri, location);
      if (!everywhere && !isTrusted(target)) {
        return response;
      }
      uri = target;
    }
    throw new ModelDownloadException(
        start + " redirects more than " + MAXIMUM_REDIRECTIONS + " times; check the endpoint");
  }

  private static <T> HttpResponse<T> tryTo(Exchange<T> exchange, HttpRequest request)
      throws IOException, InterruptedException {
    try {
      return exchange.send(request);
    } catch (SSLHandshakeException e) {
      throw e; // a certificate does not become valid by waiting
    } catch (IOException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof UnresolvedAddressException) {
          throw new IOException("the host " + request.uri().getHost() + " is unknown", e);
        }
      }
      throw new TransientException(e.toString(), e);
    }
  }

  private HttpRequest request(String method, URI uri, @Nullable String range) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("User-Agent", "parlance; java/" + Runtime.version().feature())
            .header("Accept-Encoding", "identity"); // sizes and hashes are of the plain content
    if (range == null) {
      builder.timeout(options.metadataTimeout());
    } else if (!range.isEmpty()) {
      builder.header("Range", range);
    }
    if (token != null && isTrusted(uri)) {
      builder.header("Authorization", "Bearer " + token);
    }
    return builder.build();
  }

  private static URI resolve(URI from, String location) {
    try {
      URI target = from.resolve(URI.create(location));
      boolean web = "https".equals(target.getScheme()) || "http".equals(target.getScheme());
      if (target.getHost() == null
          || !web
          || (from.getScheme().equals("https") && target.getScheme().equals("http"))) {
        throw new ModelDownloadException(
            from + " redirects to '" + location + "', which is not safe; refused");
      }
      return target;
    } catch (IllegalArgumentException e) {
      throw new ModelDownloadException(
          from + " redirects to '" + location + "', which is not an address", e);
    }
  }

  /** Whether an address is of the endpoint, so that it may see the token. */
  private boolean isTrusted(URI uri) {
    URI endpoint = options.endpoint();
    return uri.getHost().equalsIgnoreCase(endpoint.getHost())
        && uri.getScheme().equalsIgnoreCase(endpoint.getScheme())
        && port(uri) == port(endpoint);
  }

  static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }

  private URI content(String revision, String file) {
    StringBuilder path = new StringBuilder();
    for (String part : file.split("/")) {
      path.append('/').append(encode(part));
    }
    return address("/" + reference.repository() + "/resolve/", revision, path.toString());
  }

  private URI address(String before, String revision, String after) {
    return URI.create(options.endpoint() + before + encode(revision) + after);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}

package io.parlance.model.hub;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Behaves like the hub for one repository with one commit: small files come from the hub itself, by
 * a relative redirection; large ones (LFS) from a server under another name.
 */
public final class FakeHub implements AutoCloseable {
  public static final String REPOSITORY = "acme/tiny";
  public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private final HttpServer hub;
  private final HttpServer content;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, String> etags = new TreeMap<>();
  private final Map<String, Deque<Trouble>> troubles = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private @Nullable String token;
  private boolean gated;
  private boolean withListing = true;

  /** One request as it came. */
  public record Request(
      String method, String host, String path, @Nullable String token, @Nullable String range) {}

  /** What goes wrong with one request; the next one is answered as it should be. */
  public sealed interface Trouble {
    record Status(int code, Map<String, String> headers) implements Trouble {}

    /** The connection breaks after so many bytes. */
    record BreakAfter(int bytes) implements Trouble {}

    /** Other content of the same length. */
    record WrongContent() implements Trouble {}

    /** The whole file where a part was asked for. */
    record IgnoreRange() implements Trouble {}

    /** No more bytes after the first so many, until the server closes. */
    record StallAfter(int bytes) implements Trouble {}

    record RedirectTo(String location) implements Trouble {}
  }

  public FakeHub() throws IOException {
    hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    content = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    for (HttpServer server : List.of(hub, content)) {
      server.setExecutor(threads);
      server.createContext("/", this::answer);
      server.start();
    }
  }

  public String endpoint() {
    return "http://127.0.0.1:" + hub.getAddress().getPort();
  }

  private String contentHost() {
    return "localhost:" + content.getAddress().getPort();
  }

  /** A file that git holds. */
  public FakeHub file(String name, String text) {
    return file(name, text.getBytes(StandardCharsets.UTF_8));
  }

  public FakeHub file(String name, byte[] bytes) {
    byte[] header = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
    files.put(name, bytes);
    etags.put(name, hash("SHA-1", header, bytes));
    return this;
  }

  /** A file that lies elsewhere. */
  public FakeHub large(String name, byte[] bytes) {
    files.put(name, bytes);
    etags.put(name, hash("SHA-256", bytes));
    return this;
  }

  public FakeHub trouble(String path, Trouble... next) {
    troubles.computeIfAbsent(path, key -> new ArrayDeque<>()).addAll(List.of(next));
    return this;
  }

  public FakeHub needsToken(String wanted) {
    token = wanted;
    return this;
  }

  public FakeHub gated() {
    gated = true;
    return this;
  }

  /** As a plain mirror that has only files. */
  public FakeHub withoutListing() {
    withListing = false;
    return this;
  }

  public String etag(String name) {
    return etags.get(name);
  }

  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Methods and last path segments, as {@code "GET model.onnx"}. */
  public List<String> log() {
    return requests.stream()
        .map(each -> each.method() + " " + each.path().replaceAll(".*/", ""))
        .toList();
  }

  public void forgetRequests() {
    requests.clear();
  }

  static String hash(String algorithm, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String host = exchange.getRequestHeaders().getFirst("Host");
      requests.add(
          new Request(
              exchange.getRequestMethod(),
              host,
              path,
              exchange.getRequestHeaders().getFirst("Authorization"),
              exchange.getRequestHeaders().getFirst("Range")));
      Deque<Trouble> waiting =
          troubles.get(exchange.getRequestMethod() + " " + path.replaceAll(".*/", ""));
      Trouble trouble = null;
      if (waiting != null) {
        synchronized (waiting) {
          trouble = waiting.poll();
        }
      }
      if (trouble instanceof Trouble.Status status) {
        status.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(status.code(), -1);
      } else if (trouble instanceof Trouble.RedirectTo redirect) {
        exchange.getResponseHeaders().set("Location", redirect.location());
        exchange.sendResponseHeaders(302, -1);
      } else if (path.startsWith("/content/")) {
        send(exchange, path.substring("/content/".length()), trouble);
      } else {
        answerAsHub(exchange, path, trouble);
      }
    }
  }

  private void answerAsHub(HttpExchange exchange, String path, @Nullable Trouble trouble)
      throws IOException {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    if (token != null && !("Bearer " + token).equals(given)) {
      error(exchange, 401, gated ? "GatedRepo" : "RepoNotFound");
    } else if (path.startsWith("/api/models/" + REPOSITORY + "/revision/")) {
      list(exchange, path.replaceAll(".*/revision/", ""));
    } else if (path.startsWith("/" + REPOSITORY + "/resolve/")) {
      String[] parts = path.substring(("/" + REPOSITORY + "/resolve/").length()).split("/", 2);
      resolve(exchange, parts[0], parts[1]);
    } else if (path.startsWith("/api/resolve-cache/")) {
      send(exchange, path.substring("/api/resolve-cache/".length()), trouble);
    } else {
      error(exchange, given == null ? 401 : 404, "RepoNotFound");
    }
  }

  private static boolean known(String revision) {
    return List.of("main", "v1", "refs/pr/1", COMMIT).contains(revision);
  }

  private void list(HttpExchange exchange, String revision) throws IOException {
    if (!withListing) {
      exchange.sendResponseHeaders(404, -1);
    } else if (!known(revision)) {
      error(exchange, 404, "RevisionNotFound");
    } else {
      JsonArray siblings = new JsonArray();
      files.forEach(
          (name, bytes) -> {
            JsonObject file = new JsonObject();
            file.addProperty("rfilename", name);
            file.addProperty("blobId", hash("SHA-1", name.getBytes(StandardCharsets.UTF_8)));
            file.addProperty("size", bytes.length);
            if (etags.get(name).length() == 64) {
              JsonObject lfs = new JsonObject();
              lfs.addProperty("sha256", etags.get(name));
              lfs.addProperty("size", bytes.length);
              lfs.addProperty("pointerSize", 130);
              file.add("lfs", lfs);
            }
            siblings.add(file);
          });
      JsonObject answer = new JsonObject();
      answer.addProperty("id", REPOSITORY);
      answer.addProperty("sha", COMMIT);
      answer.add("siblings", siblings);
      byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private void resolve(HttpExchange exchange, String revision, String name) throws IOException {
    var headers = exchange.getResponseHeaders();
    if (!known(revision)) {
      error(exchange, 404, "RevisionNotFound");
      return;
    }
    headers.set("X-Repo-Commit", COMMIT);
    byte[] bytes = files.get(name);
    if (bytes == null) {
      error(exchange, 404, "EntryNotFound");
    } else if (etags.get(name).length() == 64) {
      headers.set("X-Linked-Etag", '"' + etags.get(name) + '"');
      headers.set("X-Linked-Size", Long.toString(bytes.length));
      headers.set("ETag", "\"of-the-redirection\"");
      headers.set("Location", "http://" + contentHost() + "/content/" + name.replace(" ", "%20"));
      exchange.sendResponseHeaders(302, -1);
    } else {
      headers.set("Location", "/api/resolve-cache/" + name.replace(" ", "%20"));
      exchange.sendResponseHeaders(307, -1);
    }
  }

  private void send(HttpExchange exchange, String name, @Nullable Trouble trouble)
      throws IOException {
    byte[] bytes = files.get(name);
    var headers = exchange.getResponseHeaders();
    headers.set("ETag", "W/\"" + etags.get(name) + '"');
    headers.set("X-Repo-Commit", COMMIT);
    if (exchange.getRequestMethod().equals("HEAD")) {
      headers.set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    if (trouble instanceof Trouble.WrongContent) {
      bytes = bytes.clone();
      bytes[bytes.length / 2] ^= 1;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = 0;
    int code = 200;
    if (range != null && !(trouble instanceof Trouble.IgnoreRange)) {
      from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
      code = 206;
      headers.set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
    }
    int length = bytes.length - from;
    exchange.sendResponseHeaders(code, length == 0 ? -1 : length);
    OutputStream out = exchange.getResponseBody();
    if (trouble instanceof Trouble.BreakAfter broken) {
      out.write(bytes, from, broken.bytes());
      out.flush();
      return; // closing the exchange closes the connection, since bytes are missing
    }
    if (trouble instanceof Trouble.StallAfter stalled) {
      out.write(bytes, from, stalled.bytes());
      out.flush();
      awaitClose();
      return;
    }
    out.write(bytes, from, length);
  }

  private final CountDownLatch closed = new CountDownLatch(1);

  private void awaitClose() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void error(HttpExchange exchange, int status, String code) throws IOException {
    exchange.getResponseHeaders().set("X-Error-Code", code);
    exchange.sendResponseHeaders(status, -1);
  }

  @Override
  public void close() {
    closed.countDown();
    hub.stop(0);
    content.stop(0);
    threads.shutdownNow();
  }
}

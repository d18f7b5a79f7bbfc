package io.parlance.model.hub;

import io.parlance.InvalidInputException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How models are brought from a hub. Immutable; each method returns another one. Reads the
 * environment once, when it is made, and touches neither disk nor network.
 *
 * <p>The variables are those of Hugging Face's own tools:
 *
 * <table>
 *   <caption>Environment</caption>
 *   <tr><td>{@code HF_HUB_CACHE}, {@code HUGGINGFACE_HUB_CACHE}</td><td>cache folder; default {@code
 *     $HF_HOME/hub}</td></tr>
 *   <tr><td>{@code HF_HOME}</td><td>default {@code $XDG_CACHE_HOME/huggingface}, else {@code
 *     ~/.cache/huggingface}</td></tr>
 *   <tr><td>{@code HF_ENDPOINT}</td><td>the hub, or a mirror; default {@code
 *     https://huggingface.co}</td></tr>
 *   <tr><td>{@code HF_TOKEN}, {@code HUGGING_FACE_HUB_TOKEN}</td><td>access token; default the file
 *     {@code HF_TOKEN_PATH}, by default {@code $HF_HOME/token}</td></tr>
 *   <tr><td>{@code HF_HUB_DISABLE_IMPLICIT_TOKEN}</td><td>no token unless {@link #token} gives
 *     one</td></tr>
 *   <tr><td>{@code HF_HUB_OFFLINE}, {@code TRANSFORMERS_OFFLINE}</td><td>only what is in the
 *     cache</td></tr>
 *   <tr><td>{@code HF_HUB_ETAG_TIMEOUT}, {@code HF_HUB_DOWNLOAD_TIMEOUT}</td><td>seconds; default
 *     10</td></tr>
 *   <tr><td>{@code HF_HUB_DISABLE_SYMLINKS}</td><td>files in place of symbolic links</td></tr>
 *   <tr><td>{@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY}, {@code
 *     NO_PROXY}</td><td>where the system properties {@code https.proxyHost} and {@code
 *     http.proxyHost} name no proxy</td></tr>
 * </table>
 */
public final class HubOptions {
  private final Path cacheFolder;
  private final URI endpoint;
  private final Supplier<Optional<String>> token;
  private final boolean offline;
  private final boolean symbolicLinks;
  private final ProxySelector proxy;
  private final Duration metadataTimeout;
  private final Duration downloadTimeout;
  private final DownloadListener listener;

  private HubOptions(Fields fields) {
    cacheFolder = fields.cacheFolder;
    endpoint = fields.endpoint;
    token = fields.token;
    offline = fields.offline;
    symbolicLinks = fields.symbolicLinks;
    proxy = fields.proxy;
    metadataTimeout = fields.metadataTimeout;
    downloadTimeout = fields.downloadTimeout;
    listener = fields.listener;
  }

  /**
   * What the environment of the process says.
   *
   * @throws InvalidInputException if a variable has a value that cannot be meant
   */
  public static HubOptions fromEnvironment() {
    return fromEnvironment(System.getenv());
  }

  /** What the given variables say, in place of those of the process. */
  static HubOptions fromEnvironment(Map<String, String> variables) {
    return new HubOptions(new HubEnvironment(variables).read());
  }

  /** Where models are kept; the folder is made when it is needed. */
  public HubOptions cacheFolder(Path folder) {
    return with(fields -> fields.cacheFolder = folder.toAbsolutePath().normalize());
  }

  /**
   * The hub or a mirror of it, for example {@code https://huggingface.co}.
   *
   * @throws InvalidInputException if it is not the address of a web server
   */
  public HubOptions endpoint(String address) {
    URI uri = HubEnvironment.endpoint(address);
    return with(fields -> fields.endpoint = uri);
  }

  /**
   * The token that gated and private repositories want. It is sent to the endpoint only.
   *
   * @throws InvalidInputException if it has characters that no token has
   */
  public HubOptions token(String accessToken) {
    String checked = HubEnvironment.token(accessToken, "the access token");
    return with(fields -> fields.token = () -> Optional.of(checked));
  }

  /** Whether only the cache is used, with no network at all. */
  public HubOptions offline(boolean only) {
    return with(fields -> fields.offline = only);
  }

  /**
   * Whether snapshots are symbolic links to the content, as on every system that has them. Without,
   * a snapshot holds the files.
   */
  public HubOptions symbolicLinks(boolean wanted) {
    return with(fields -> fields.symbolicLinks = wanted);
  }

  /** A proxy for every request. */
  public HubOptions proxy(String host, int port) {
    if (host.isBlank() || port < 1 || port > 65535) {
      throw new InvalidInputException(
          "proxy '" + host + ":" + port + "' is not a host and a port between 1 and 65535");
    }
    return proxy(ProxySelector.of(InetSocketAddress.createUnresolved(host, port)));
  }

  /** Chooses the proxy for each address. */
  public HubOptions proxy(ProxySelector selector) {
    return with(fields -> fields.proxy = selector);
  }

  /** How long to wait for a connection and for an answer about a file; 10 seconds by default. */
  public HubOptions metadataTimeout(Duration longest) {
    Duration checked = HubEnvironment.positive(longest, "metadata timeout");
    return with(fields -> fields.metadataTimeout = checked);
  }

  /** How long a transfer may stand still before it is tried again; 10 seconds by default. */
  public HubOptions downloadTimeout(Duration longest) {
    Duration checked = HubEnvironment.positive(longest, "download timeout");
    return with(fields -> fields.downloadTimeout = checked);
  }

  /** Who is told how far downloads have come. */
  public HubOptions listener(DownloadListener listening) {
    return with(fields -> fields.listener = listening);
  }

  /** Where models are kept. */
  public Path cacheFolder() {
    return cacheFolder;
  }

  /** The hub or a mirror of it, without a slash at the end. */
  public URI endpoint() {
    return endpoint;
  }

  /** Whether only the cache is used. */
  public boolean offline() {
    return offline;
  }

  boolean symbolicLinks() {
    return symbolicLinks;
  }

  /** Reads the file with the token where the environment has none. */
  Optional<String> token() {
    return token.get();
  }

  ProxySelector proxy() {
    return proxy;
  }

  Duration metadataTimeout() {
    return metadataTimeout;
  }

  Duration downloadTimeout() {
    return downloadTimeout;
  }

  DownloadListener listener() {
    return listener;
  }

  /** Tells no token. */
  @Override
  public String toString() {
    return endpoint + ", cache " + cacheFolder + (offline ? ", offline" : "");
  }

  private HubOptions with(Consumer<Fields> change) {
    Fields fields = new Fields(cacheFolder, endpoint, token, proxy);
    fields.offline = offline;
    fields.symbolicLinks = symbolicLinks;
    fields.metadataTimeout = metadataTimeout;
    fields.downloadTimeout = downloadTimeout;
    fields.listener = listener;
    change.accept(fields);
    return new HubOptions(fields);
  }

  /** What an instance is made of. */
  static final class Fields {
    static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private Path cacheFolder;
    private URI endpoint;
    private Supplier<Optional<String>> token;
    private ProxySelector proxy;
    boolean offline;
    boolean symbolicLinks = true;
    Duration metadataTimeout = DEFAULT_TIMEOUT;
    Duration downloadTimeout = DEFAULT_TIMEOUT;
    private DownloadListener listener = (file, done, total) -> {};

    Fields(Path cacheFolder, URI endpoint, Supplier<Optional<String>> token, ProxySelector proxy) {
      this.cacheFolder = cacheFolder;
      this.endpoint = endpoint;
      this.token = token;
      this.proxy = proxy;
    }
  }
}

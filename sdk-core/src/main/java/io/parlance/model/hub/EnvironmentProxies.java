package io.parlance.model.hub;

import io.parlance.InvalidInputException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Proxies as the variables {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code
 * NO_PROXY} name them, in small letters or capitals.
 */
final class EnvironmentProxies extends ProxySelector {
  private final Map<String, String> variables;

  EnvironmentProxies(Map<String, String> variables) {
    this.variables = variables;
  }

  @Override
  public List<Proxy> select(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    String address = variable(scheme + "_proxy");
    if (address == null) {
      address = variable("all_proxy");
    }
    if (address == null || isExcepted(uri)) {
      return List.of(Proxy.NO_PROXY);
    }
    return List.of(parse(address));
  }

  private @Nullable String variable(String name) {
    for (String spelling : List.of(name, name.toUpperCase(Locale.ROOT))) {
      String value = variables.get(spelling);
      if (value != null && !value.isBlank()) {
        return value.strip();
      }
    }
    return null;
  }

  private static Proxy parse(String address) {
    // the address may hold a password, so no message shows it
    String wrong = "the proxy in the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY) ";
    try {
      URI uri = URI.create(address.contains("://") ? address : "http://" + address);
      if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
        throw new InvalidInputException(wrong + "is not an address like http://host:port");
      }
      if (uri.getUserInfo() != null) {
        throw new InvalidInputException(
            wrong + "has a user and a password, which is not supported; use a proxy without");
      }
      int port = uri.getPort() < 0 ? 80 : uri.getPort();
      return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port));
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(wrong + "is not an address like http://host:port", e);
    }
  }

  private boolean isExcepted(URI uri) {
    String list = variable("no_proxy");
    if (list == null) {
      return false;
    }
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    for (String entry : list.toLowerCase(Locale.ROOT).split(",", -1)) {
      String name = entry.strip();
      int colon = name.indexOf(':');
      boolean port = true;
      if (colon >= 0 && colon == name.lastIndexOf(':')) { // more colons are an IPv6 address
        port = name.substring(colon + 1).equals(Integer.toString(HubConnection.port(uri)));
        name = name.substring(0, colon);
      }
      name = name.replaceAll("^\\*?\\.", "");
      if (entry.strip().equals("*")
          || (port && !name.isEmpty() && (host.equals(name) || host.endsWith("." + name)))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // the request fails with it, and says so
  }
}

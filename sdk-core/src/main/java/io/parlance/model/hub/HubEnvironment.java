package io.parlance.model.hub;

import io.parlance.InvalidInputException;
import io.parlance.ModelAccessException;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables of Hugging Face's tools, with their meanings and defaults
 * (huggingface_hub, {@code constants.py}).
 */
final class HubEnvironment {
  private static final String DEFAULT_ENDPOINT = "https://huggingface.co";
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
  private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");

  private final Map<String, String> variables;

  HubEnvironment(Map<String, String> variables) {
    this.variables = variables;
  }

  HubOptions.Fields read() {
    Path home = home();
    String cache = first("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE");
    HubOptions.Fields fields =
        new HubOptions.Fields(
            cache == null ? home.resolve("hub") : path(cache, "the cache folder"),
            endpoint(Optional.ofNullable(first("HF_ENDPOINT")).orElse(DEFAULT_ENDPOINT)),
            token(home),
            proxy());
    String offline = first("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE");
    fields.offline = isTrue(offline);
    fields.symbolicLinks = !isTrue(first("HF_HUB_DISABLE_SYMLINKS"));
    fields.metadataTimeout = seconds("HF_HUB_ETAG_TIMEOUT");
    fields.downloadTimeout = seconds("HF_HUB_DOWNLOAD_TIMEOUT");
    return fields;
  }

  private Path home() {
    String home = first("HF_HOME");
    if (home != null) {
      return path(home, "HF_HOME");
    }
    String caches = first("XDG_CACHE_HOME");
    return path(caches == null ? "~/.cache" : caches, "XDG_CACHE_HOME").resolve("huggingface");
  }

  private Supplier<Optional<String>> token(Path home) {
    if (isTrue(first("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) {
      return Optional::empty;
    }
    String given = first("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN");
    if (given != null) {
      String checked = token(given, "HF_TOKEN");
      return () -> Optional.of(checked);
    }
    String file = first("HF_TOKEN_PATH");
    Path path = file == null ? home.resolve("token") : path(file, "HF_TOKEN_PATH");
    return () -> readToken(path);
  }

  private static Optional<String> readToken(Path file) {
    try {
      String text = Files.isRegularFile(file) ? Files.readString(file).strip() : "";
      return text.isEmpty() ? Optional.empty() : Optional.of(token(text, file.toString()));
    } catch (IOException e) {
      throw new ModelAccessException("the token in " + file + " cannot be read: " + e, e);
    }
  }

  private ProxySelector proxy() {
    ProxySelector system = ProxySelector.getDefault();
    boolean named =
        System.getProperty("https.proxyHost") != null
            || System.getProperty("http.proxyHost") != null
            || Boolean.getBoolean("java.net.useSystemProxies");
    return named && system != null ? system : new EnvironmentProxies(variables);
  }

  private Duration seconds(String name) {
    String text = first(name);
    if (text == null) {
      return HubOptions.Fields.DEFAULT_TIMEOUT;
    }
    try {
      int seconds = Integer.parseInt(text.strip());
      return seconds == 0
          ? HubOptions.Fields.DEFAULT_TIMEOUT
          : positive(Duration.ofSeconds(seconds), name);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(name + " is '" + text + "'; give whole seconds", e);
    }
  }

  private @Nullable String first(String... names) {
    for (String name : names) {
      String value = variables.get(name);
      if (value != null && !value.isBlank()) {
        return value.strip();
      }
    }
    return null;
  }

  private static boolean isTrue(@Nullable String value) {
    return value != null && TRUE.contains(value.toUpperCase(Locale.ROOT));
  }

  private Path path(String text, String what) {
    Matcher names = VARIABLE.matcher(text);
    String expanded =
        names.replaceAll(
            match -> {
              String name = match.group(1) != null ? match.group(1) : match.group(2);
              String value = variables.get(name);
              return Matcher.quoteReplacement(value == null ? match.group() : value);
            });
    if (expanded.equals("~") || expanded.startsWith("~/")) {
      expanded = System.getProperty("user.home") + expanded.substring(1);
    }
    try {
      return Path.of(expanded).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new InvalidInputException(what + " '" + text + "' is not a path: " + e.getReason(), e);
    }
  }

  static URI endpoint(String address) {
    String message = "hub endpoint '" + address + "' must be like " + DEFAULT_ENDPOINT;
    try {
      URI uri = URI.create(address.strip().replaceAll("/+$", ""));
      boolean web =
          "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
      if (!web || uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null) {
        throw new InvalidInputException(message);
      }
      return uri;
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(message, e);
    }
  }

  static String token(String text, String what) {
    String token = text.strip();
    if (!token.matches("[\\x21-\\x7e]+")) {
      // the text itself is a secret
      throw new InvalidInputException(
          what + " has blanks or characters that no access token has; copy it again");
    }
    return token;
  }

  static Duration positive(Duration duration, String what) {
    if (duration.isNegative() || duration.isZero()) {
      throw new InvalidInputException(what + " " + duration + " must be positive");
    }
    return duration;
  }
}

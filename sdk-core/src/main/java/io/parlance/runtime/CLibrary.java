package io.parlance.runtime;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The C library that this process is linked to. The native libraries are built for glibc; with musl
 * they cannot be loaded.
 *
 * @param kind which one
 * @param version for example {@code 2.36}, empty where it is not known
 */
record CLibrary(Kind kind, String version) {
  private static final Pattern MAPPED = Pattern.compile("(/\\S*/libc(?:\\.so\\.6|-2\\.\\d+\\.so))");
  private static final Pattern GLIBC_VERSION =
      Pattern.compile("GNU C Library [^\\n]{0,100}release version (\\d+\\.\\d+)");

  enum Kind {
    GLIBC,
    MUSL,
    /** Not Linux, or nothing was found. */
    OTHER
  }

  /** Looks at the libraries that are mapped into this process. */
  static CLibrary of(Host host) {
    String file = "";
    for (String mapping : host.lines("/proc/self/maps")) {
      if (mapping.contains("/ld-musl-") || mapping.contains("/libc.musl-")) {
        return new CLibrary(Kind.MUSL, "");
      }
      Matcher glibc = MAPPED.matcher(mapping);
      if (file.isEmpty() && glibc.find()) {
        file = glibc.group(1);
      }
    }
    if (file.isEmpty()) {
      return new CLibrary(Kind.OTHER, "");
    }
    Matcher version = GLIBC_VERSION.matcher(host.bytes(file));
    return new CLibrary(Kind.GLIBC, version.find() ? version.group(1) : "");
  }

  /** Whether it is a glibc that is known to be older than 2.{@code minor}. */
  boolean isOlderThan(int minor) {
    return kind == Kind.GLIBC
        && version.startsWith("2.")
        && Integer.parseInt(version.substring(2)) < minor;
  }

  @Override
  public String toString() {
    return switch (kind) {
      case GLIBC -> ("glibc " + version).strip();
      case MUSL -> "musl";
      case OTHER -> "not known";
    };
  }
}

package io.parlance.tokenizers;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;

/** Files among the test resources. */
public final class TestFiles {
  private TestFiles() {}

  /** The path of a test resource. */
  public static Path path(String resource) {
    URL url =
        Objects.requireNonNull(
            TestFiles.class.getResource("/" + resource),
            () -> resource + " is not on the class path");
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}

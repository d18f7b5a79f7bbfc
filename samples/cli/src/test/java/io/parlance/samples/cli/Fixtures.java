package io.parlance.samples.cli;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;

/** Small models among the test's resources. */
final class Fixtures {

  private Fixtures() {}

  /** A random BERT classifier with the numbers that the reference computes from it. */
  static Path textClassifier() {
    return folder("textcls-bert");
  }

  /** A small exported model of sdk-core's own tests. */
  static Path coreModel(String name) {
    return ReadmeTest.root().resolve("sdk-core/src/test/resources/io/parlance/testmodels/" + name);
  }

  static Path folder(String name) {
    URL folder = Objects.requireNonNull(Fixtures.class.getResource("/" + name), name);
    try {
      return Path.of(folder.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}

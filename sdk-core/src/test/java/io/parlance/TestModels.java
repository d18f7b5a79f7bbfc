package io.parlance;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The small reference models among the test resources. */
public final class TestModels {
  private TestModels() {}

  public static Path folder(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(TestModels.class.getResource("testmodels/" + name), name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  public static JsonObject json(String name, String file) throws IOException {
    return JsonParser.parseString(Files.readString(folder(name).resolve(file))).getAsJsonObject();
  }

  /** A copy that a test may break. */
  public static Path copy(String name, Path target) throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder(name))) {
      files = listed.toList();
    }
    Files.createDirectories(target);
    for (Path file : files) {
      Files.copy(file, target.resolve(file.getFileName()));
    }
    return target;
  }
}

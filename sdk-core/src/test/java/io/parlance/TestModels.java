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
    Path source = folder(name);
    List<Path> files;
    try (Stream<Path> listed = Files.walk(source)) {
      files = listed.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      Path copy = target.resolve(source.relativize(file).toString());
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy);
    }
    return target;
  }
}

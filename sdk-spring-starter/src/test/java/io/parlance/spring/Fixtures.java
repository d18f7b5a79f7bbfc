package io.parlance.spring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The small reference models of sdk-core's tests. */
public final class Fixtures {
  private Fixtures() {}

  /** The folder of a model. */
  public static Path folder(String name) {
    Path folder = Path.of("../sdk-core/src/test/resources/io/parlance/testmodels", name);
    if (!Files.isDirectory(folder)) {
      throw new AssertionError("no folder " + folder.toAbsolutePath());
    }
    return folder.toAbsolutePath().normalize();
  }

  /** A generator with a chat template, made in the folder. */
  public static Path chat(Path target) throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder("gpt2-with-past"))) {
      files = listed.toList();
    }
    for (Path file : files) {
      Files.copy(file, target.resolve(file.getFileName()));
    }
    Files.writeString(
        target.resolve("chat_template.jinja"),
        "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
            + "{% if add_generation_prompt %}assistant:{% endif %}");
    Files.writeString(target.resolve("generation_config.json"), "{}"); // no end token
    return target;
  }
}

package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What README.md and that of sdk-core show is true: its Java compiles, its commands and options
 * exist.
 */
class ReadmeTest {

  private static final Path ROOT = root();
  private static final String README = read(ROOT.resolve("README.md"));
  private static final String CORE = read(ROOT.resolve("sdk-core/README.md"));
  private static final Pattern FENCE =
      Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern OPTION = Pattern.compile("(?<=\\s)--[a-z][a-z-]+");

  @TempDir private Path classes;

  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      folder = Objects.requireNonNull(folder.getParent(), "not run inside the project");
    }
    return folder;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> blocks(String language) {
    List<String> blocks = new ArrayList<>();
    Matcher fences = FENCE.matcher(README + CORE);
    while (fences.find()) {
      if (fences.group(1).equals(language)) {
        blocks.add(fences.group(2));
      }
    }
    return blocks;
  }

  @TestFactory
  Stream<DynamicTest> everyJavaSnippetCompiles() {
    assertThat(blocks("java")).isNotEmpty();
    return blocks("java").stream()
        .map(
            snippet ->
                DynamicTest.dynamicTest(
                    snippet.lines().findFirst().orElse(""), () -> compile(snippet)));
  }

  /** Fields stand for what a snippet speaks of without declaring it. */
  private void compile(String snippet) throws IOException {
    boolean whole =
        Pattern.compile("^(public )?(final )?class ", Pattern.MULTILINE).matcher(snippet).find();
    StringBuilder imports = new StringBuilder();
    StringBuilder body = new StringBuilder();
    snippet
        .lines()
        .forEach(line -> (line.startsWith("import ") ? imports : body).append(line).append('\n'));
    String source =
        "import io.parlance.*;\n"
            + "import io.parlance.cache.*;\n"
            + "import java.nio.file.*;\n"
            + "import java.time.*;\n"
            + "import java.util.*;\n"
            + "import java.util.stream.*;\n"
            + imports
            + (whole
                ? body
                : "class Snippet {\n  Nlp nlp;\n  List<String> texts;\n  String text;\n"
                    + "  void run() throws Exception {\n"
                    + body
                    + "  }\n}\n");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of(
                      "-proc:none",
                      "-d",
                      classes.toString(),
                      "-classpath",
                      System.getProperty("java.class.path")),
                  null,
                  List.of(source("Snippet", source)))
              .call();
      assertThat(compiled).as("%s%n%s", source, messages).isTrue();
    }
  }

  private static JavaFileObject source(String name, String text) {
    return new SimpleJavaFileObject(
        URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }

  @TestFactory
  Stream<DynamicTest> everyCommandAndOptionOfTheCommandLineExists() {
    List<String> calls =
        blocks("sh").stream()
            .map(block -> block.replaceAll("\\\\\\n\\s*", ""))
            .flatMap(String::lines)
            .filter(line -> line.contains("samples/cli/parlance "))
            .toList();
    assertThat(calls).isNotEmpty();
    return calls.stream().map(call -> DynamicTest.dynamicTest(call, () -> commandExists(call)));
  }

  private static void commandExists(String call) {
    String arguments = call.substring(call.indexOf("samples/cli/parlance ") + 21);
    List<String> words = new ArrayList<>();
    for (String word : arguments.split("\\s+")) {
      if (!word.matches("[a-z-]+") || word.startsWith("-")) {
        break;
      }
      words.add(word);
    }
    words.add("--help");
    CommandRun help = CommandRun.of("", words.toArray(String[]::new));
    assertThat(help.status()).as(help.messages()).isEqualTo(ExitStatus.SUCCESS);
    Matcher options = OPTION.matcher(arguments);
    while (options.find()) {
      assertThat(help.out()).containsPattern(Pattern.quote(options.group()) + "\\b");
    }
  }

  @Test
  void theTwoCommandsAreWhereTheContinuousBuildLooksForThem() {
    for (String mark : List.of("main-job", "tests")) {
      assertThat(README).containsPattern("<!-- " + mark + " -->\\n```sh\\n\\./mvnw [^\\n]+\\n```");
    }
    assertThat(ROOT.resolve(".ci/run")).isExecutable();
  }
}

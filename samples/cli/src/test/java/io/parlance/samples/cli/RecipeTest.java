package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class RecipeTest {

  @TempDir private Path folder;

  @Command(name = "toy", defaultValueProvider = Recipe.Defaults.class)
  static final class Toy {
    @Option(names = "--recipe")
    @Nullable Path recipe;

    @Option(names = "--output", required = true)
    @Nullable Path output;

    @Option(names = "--learning-rate", defaultValue = "0.5")
    double learningRate;

    @Option(names = "--epochs", defaultValue = "1")
    int epochs;
  }

  private static Toy parse(String... arguments) {
    Toy toy = new Toy();
    new CommandLine(toy).parseArgs(arguments);
    return toy;
  }

  @Test
  void theFileGivesWhatTheCommandLineDoesNot() throws IOException {
    Path json =
        Files.writeString(
            folder.resolve("recipe.json"),
            "{\"learning_rate\": 1e-4, \"epochs\": 7, \"output\": \"there\"}");
    Toy toy = parse("--epochs", "3", "--recipe", json.toString());
    assertThat(toy.learningRate).isEqualTo(1e-4);
    assertThat(toy.epochs).isEqualTo(3);
    assertThat(toy.output).isEqualTo(Path.of("there"));
  }

  @Test
  void propertiesSayTheSame() throws IOException {
    Path properties =
        Files.writeString(folder.resolve("a.properties"), "learning-rate=1e-4\noutput=there\n");
    Toy toy = parse("--recipe", properties.toString());
    assertThat(toy.learningRate).isEqualTo(1e-4);
    assertThat(toy.epochs).isEqualTo(1);
    assertThat(toy.output).isEqualTo(Path.of("there"));
  }

  @Test
  void anUnknownKeyAndABrokenFileAreRefused() throws IOException {
    Path unknown = Files.writeString(folder.resolve("a.json"), "{\"learning_rat\": 1}");
    assertThatThrownBy(() -> parse("--output=x", "--recipe", unknown.toString()))
        .hasMessageContaining(
            "recipe " + unknown + ": unknown option 'learning-rat', did you mean 'learning-rate'?");
    Path broken = Files.writeString(folder.resolve("b.json"), "{\"epochs\": [1]}");
    assertThatThrownBy(() -> parse("--output=x", "--recipe", broken.toString()))
        .hasMessageContaining(
            "recipe " + broken + ": 'epochs' must be a text, a number or true or false, found [1]");
    assertThatThrownBy(() -> parse("--output=x", "--recipe", "no/such"))
        .hasMessageContaining("cannot read recipe no/such: no such file or folder");
  }
}

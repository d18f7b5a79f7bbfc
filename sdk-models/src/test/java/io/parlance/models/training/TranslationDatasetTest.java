package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.InvalidInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranslationDatasetTest {

  @TempDir Path folder;

  private Path file(String... lines) throws IOException {
    return Files.write(folder.resolve("pairs.jsonl"), List.of(lines));
  }

  @Test
  void pairsAreReadInTheirOrder() throws IOException {
    Path file = folder.resolve("pairs.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          "{\"source\": \"a\", \"target\": \"b\", \"id\": 1}\n\n{\"source\": \"c\", \"target\": \"d\"}"
              .getBytes(StandardCharsets.UTF_8));
    }
    TranslationDataset dataset = TranslationDataset.read(file);
    assertThat(dataset.examples())
        .containsExactly(
            new TranslationExample("a", "b", null), new TranslationExample("c", "d", null));
    assertThat(dataset.targetLanguages()).isEmpty();
  }

  @Test
  void targetLanguagesAreNamedByAFieldOrByTheSource() throws IOException {
    TranslationDataset dataset =
        TranslationDataset.read(
            file(
                "{\"source\": \">>fr<< the sea\", \"target\": \"la mer\"}",
                "{\"source\": \"the sea\", \"target\": \"das Meer\", \"target_lang\": \"de\"}",
                "{\"source\": \" >>pt_BR<<the sea\", \"target\": \"o mar\","
                    + " \"target_lang\": \"pt_BR\"}"));
    assertThat(dataset.examples())
        .containsExactly(
            new TranslationExample("the sea", "la mer", "fr"),
            new TranslationExample("the sea", "das Meer", "de"),
            new TranslationExample("the sea", "o mar", "pt_BR"));
    assertThat(dataset.targetLanguages()).containsExactly("de", "fr", "pt_BR");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"source": "a"} | has no "target"; its keys are [source]
          {"source": 1, "target": "b"} | "source" is 1, expected a string
          {"source": "a", "target": "  "} | "target" is empty; leave such pairs out
          {"source": ">>fr<< ", "target": "b"} | "source" is empty; leave such pairs out
          {"source": "a", "target": "b", "target_lang": "fr FR"} | 'fr FR' is no language
          {"source": ">>de<< a", "target": "b", "target_lang": "fr"} | begins with >>de<<, but "target_lang" is "fr"
          {"source": "a", "target": "b", "target_lang": "fr"} | names a target language, unlike the first line
          [1] | expected a JSON object
          """)
  void brokenLinesAreNamed(String line, String message) throws IOException {
    Path file = file("{\"source\": \"x\", \"target\": \"y\"}", line);
    assertThatThrownBy(() -> TranslationDataset.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("pairs.jsonl, line 2: ")
        .hasMessageContaining(message);
  }

  @Test
  void anEmptyFileIsRefused() throws IOException {
    Path file = file("", "  ");
    assertThatThrownBy(() -> TranslationDataset.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith(
            "has no examples; expected lines like {\"source\": \"...\", \"target\": \"...\"}");
  }
}

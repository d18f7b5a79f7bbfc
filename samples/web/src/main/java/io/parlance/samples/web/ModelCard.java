package io.parlance.samples.web;

import io.parlance.model.ModelSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jspecify.annotations.Nullable;

/** What the makers of a model say of it, in the file that lies beside its graph. */
final class ModelCard {
  private static final List<String> FILES = List.of("MODEL_CARD.md", "README.md");
  private static final int MAXIMUM_BYTES = 256 << 10;
  private static final List<TablesExtension> EXTENSIONS =
      List.of((TablesExtension) TablesExtension.create());
  private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();

  /** Cards are written by others: HTML in them is shown, not run, and links are only to pages. */
  private static final HtmlRenderer RENDERER =
      HtmlRenderer.builder()
          .extensions(EXTENSIONS)
          .escapeHtml(true)
          .sanitizeUrls(true)
          .omitSingleParagraphP(false)
          .build();

  private ModelCard() {}

  /** The card as HTML, or null where there is none beside the model. */
  static @Nullable String html(ModelSource source) throws IOException {
    for (String file : FILES) {
      try (InputStream in = open(source, file)) {
        if (in != null) {
          String text = new String(in.readNBytes(MAXIMUM_BYTES), StandardCharsets.UTF_8);
          return RENDERER.render(PARSER.parse(withoutMetadata(text)));
        }
      }
    }
    return null;
  }

  /** The block of YAML that cards on hubs begin with. */
  private static String withoutMetadata(String text) {
    int end = text.startsWith("---\n") ? text.indexOf("\n---\n", 3) : -1;
    return end < 0 ? text : text.substring(end + 5);
  }

  private static @Nullable InputStream open(ModelSource source, String file) throws IOException {
    if (source instanceof ModelSource.Folder folder) {
      Path path = folder.path().resolve(file);
      return Files.isRegularFile(path) ? Files.newInputStream(path) : null;
    }
    if (source instanceof ModelSource.ClassPath place) {
      return ModelCard.class.getClassLoader().getResourceAsStream(place.resource() + "/" + file);
    }
    return null; // those of hubs are on the hub
  }
}

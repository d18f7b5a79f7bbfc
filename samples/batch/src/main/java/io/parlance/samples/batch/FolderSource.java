package io.parlance.samples.batch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * The files of a folder and those below it, except hidden ones and databases of H2. Links to
 * folders are not followed.
 */
final class FolderSource implements DocumentSource {
  private final Path folder;
  private final TikaText text;

  FolderSource(Path folder, TikaText text) {
    this.folder = folder;
    this.text = text;
  }

  @Override
  @SuppressWarnings("StreamResourceLeak") // closed with the listing
  public Listing list() throws IOException {
    Stream<Path> files = Files.walk(folder).filter(this::isDocument);
    Iterator<Path> each = files.iterator();
    return new Listing() {
      @Override
      public boolean hasNext() {
        return each.hasNext();
      }

      @Override
      public FoundDocument next() {
        return new FoundDocument(nameOf(each.next()), null);
      }

      @Override
      public void close() {
        files.close();
      }
    };
  }

  private boolean isDocument(Path path) {
    for (Path part : folder.relativize(path)) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    String name = path.toString();
    return !name.endsWith(".mv.db") && !name.endsWith(".trace.db") && Files.isRegularFile(path);
  }

  private String nameOf(Path file) {
    String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
    if (name.length() > FoundDocument.LONGEST_NAME) {
      throw new InvalidOptionException(
          "the path "
              + name
              + " has "
              + name.length()
              + " characters, more than "
              + FoundDocument.LONGEST_NAME
              + "; begin at a folder that is nearer to it");
    }
    return name;
  }

  @Override
  public String read(PendingDocument document) throws UnreadableDocumentException {
    Path file = folder.resolve(document.name());
    if (!Files.exists(file)) {
      throw new UnreadableDocumentException(SkipCause.MISSING, "it is not there any more: " + file);
    }
    return text.read(file);
  }
}

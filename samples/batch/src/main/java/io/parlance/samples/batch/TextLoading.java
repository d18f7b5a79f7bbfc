package io.parlance.samples.batch;

import java.io.IOException;
import org.springframework.batch.infrastructure.item.ItemProcessor;

/** Reads the text of a document. Item by item, unlike what models do with it. */
final class TextLoading implements ItemProcessor<PendingDocument, LoadedDocument> {
  private final DocumentSource source;

  TextLoading(DocumentSource source) {
    this.source = source;
  }

  @Override
  public LoadedDocument process(PendingDocument document)
      throws UnreadableDocumentException, IOException {
    String text = CleanText.of(source.read(document).strip());
    if (text.isBlank()) {
      throw new UnreadableDocumentException(
          SkipCause.NO_TEXT, "it has no text; pages of pictures need a reader of characters first");
    }
    return new LoadedDocument(document.id(), document.name(), text);
  }
}

package io.parlance.samples.batch;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamException;
import org.springframework.batch.infrastructure.item.ItemStreamReader;

/** Lists the input, from its beginning after a restart too. Not thread-safe. */
final class ListingReader implements ItemStreamReader<FoundDocument> {
  private final DocumentSource source;
  private DocumentSource.@Nullable Listing listing;

  ListingReader(DocumentSource source) {
    this.source = source;
  }

  @Override
  public void open(ExecutionContext context) {
    try {
      listing = source.list();
    } catch (IOException e) {
      throw new ItemStreamException("the input cannot be listed: " + e, e);
    }
  }

  @Override
  public @Nullable FoundDocument read() {
    if (listing == null) {
      throw new IllegalStateException("not open");
    }
    return listing.hasNext() ? listing.next() : null;
  }

  @Override
  public void close() {
    try {
      if (listing != null) {
        listing.close();
      }
    } catch (IOException e) {
      throw new ItemStreamException("the input cannot be closed: " + e, e);
    } finally {
      listing = null;
    }
  }
}

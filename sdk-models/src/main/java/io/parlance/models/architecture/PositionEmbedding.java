package io.parlance.models.architecture;

import io.parlance.model.ModelConfig;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How attention knows where tokens are: {@code position_embedding_type}. */
public enum PositionEmbedding {
  /** By position embeddings that are added to the words. */
  ABSOLUTE,
  /** By embeddings of distances, compared with queries (Shaw et al. 2018, arXiv:1803.02155). */
  RELATIVE_KEY,
  /** As before, and compared with keys as well (Huang et al. 2020, arXiv:2009.13658). */
  RELATIVE_KEY_QUERY;

  /** The name in {@code config.json}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  static PositionEmbedding read(ModelConfig config) {
    String key = config.string("position_embedding_type").orElse("absolute");
    return Arrays.stream(values())
        .filter(value -> value.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "position_embedding_type is '"
                        + key
                        + "', expected one of "
                        + Arrays.stream(values())
                            .map(PositionEmbedding::key)
                            .collect(Collectors.joining(", "))));
  }
}

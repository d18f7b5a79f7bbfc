package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.gatherRows;
import static io.parlance.models.graph.Operators.slice;

import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings at the bottom of an encoder: {@code dropout(LayerNorm(words + segments + positions))},
 * of which segments and positions may be missing.
 *
 * @param vocabulary rows of {@code word_embeddings}
 * @param width of all tables
 * @param positions rows of {@code position_embeddings}; 0 for none
 * @param segments rows of {@code token_type_embeddings}; 0 for none
 * @param paddingToken the token whose embedding is zero at first and not trained
 * @param paddingPosition the position of padding, whose row is zero at first and not trained; -1 if
 *     padding has positions like other tokens
 * @param dropout probability at the end
 * @param epsilon of the normalization
 * @param range standard deviation of new tables
 * @param sinusoidal whether new positions are sinusoids
 */
public record TextEmbeddings(
    long vocabulary,
    long width,
    long positions,
    long segments,
    long paddingToken,
    long paddingPosition,
    double dropout,
    double epsilon,
    double range,
    boolean sinusoidal) {

  /** The same embeddings, whose padding is at this row of the position table. */
  public TextEmbeddings paddingPosition(long row) {
    return new TextEmbeddings(
        vocabulary,
        width,
        positions,
        segments,
        paddingToken,
        row,
        dropout,
        epsilon,
        range,
        sinusoidal);
  }

  /** The same embeddings, whose new positions are sinusoids. */
  public TextEmbeddings withSinusoids() {
    return new TextEmbeddings(
        vocabulary,
        width,
        positions,
        segments,
        paddingToken,
        paddingPosition,
        dropout,
        epsilon,
        range,
        true);
  }

  /** The same embeddings without positions. */
  public TextEmbeddings withoutPositions() {
    return new TextEmbeddings(
        vocabulary,
        width,
        0,
        segments,
        paddingToken,
        paddingPosition,
        dropout,
        epsilon,
        range,
        sinusoidal);
  }

  /** How a new table of words begins. */
  public Initialization words() {
    return new Initialization.PaddedNormal(range, paddingToken);
  }

  /**
   * Embeds tokens.
   *
   * @param scope where the tables are
   * @param ids [batch, sequence]
   * @param tokenTypes the segment of each token; null if all are of segment 0
   * @param positionIds the position of each token; null if they count up, from 0 or from the row
   *     after that of padding
   * @return [batch, sequence, width]
   */
  public Value apply(
      Scope scope, Value ids, @Nullable Value tokenTypes, @Nullable Value positionIds) {
    Value sum = sum(scope, ids, tokenTypes, positionIds);
    return Dropout.apply(normalized(scope, sum), dropout);
  }

  /** The sum of the tables before it is normalized. */
  public Value sum(
      Scope scope, Value ids, @Nullable Value tokenTypes, @Nullable Value positionIds) {
    Value words =
        scope.in("word_embeddings", s -> Embedding.apply(s, ids, vocabulary, width, words()));
    Value places = positions == 0 ? null : positions(scope, ids, positionIds);
    Value sum =
        segments == 0
            ? words
            : add(words, scope.in("token_type_embeddings", s -> segments(s, tokenTypes)));
    return places == null ? sum : add(sum, places);
  }

  /** The normalization of a sum, without dropout. */
  public Value normalized(Scope scope, Value sum) {
    return scope.in("LayerNorm", s -> LayerNorm.apply(s, sum, epsilon));
  }

  private Value positions(Scope scope, Value ids, @Nullable Value given) {
    Value places =
        given != null
            ? given
            : paddingPosition < 0
                ? Positions.ascending(ids)
                : Positions.afterPadding(ids, paddingToken, paddingPosition);
    Initialization rows =
        sinusoidal
            ? new Initialization.Sinusoids()
            : paddingPosition < 0
                ? new Initialization.Normal(range)
                : new Initialization.PaddedNormal(range, paddingPosition);
    return scope.in("position_embeddings", s -> Embedding.apply(s, places, positions, width, rows));
  }

  private Value segments(Scope scope, @Nullable Value tokenTypes) {
    Value table = Embedding.table(scope, segments, width, new Initialization.Normal(range));
    return tokenTypes == null ? slice(table, 0, 0, 1) : gatherRows(table, tokenTypes, -1);
  }
}

package io.parlance.models.objective;

import java.util.ArrayList;
import java.util.List;

/**
 * KG-BERT's inputs (Yao et al. 2019, arXiv:1909.03193): a fact as a text of three parts, {@code
 * [CLS] head [SEP] relation [SEP] tail [SEP]} with segments 0, 1, 0, or without its relation, with
 * segments 0, 1, where that is to be told.
 *
 * @param clsTokenId the token in front
 * @param sepTokenId the token behind each part
 * @param maximumLength tokens of a sequence, special ones included
 */
public record KnowledgeTriples(int clsTokenId, int sepTokenId, int maximumLength) {

  private static final int LONGEST_SPECIAL = 4;

  public KnowledgeTriples {
    if (maximumLength <= LONGEST_SPECIAL) {
      throw new IllegalArgumentException(
          "a maximum length of "
              + maximumLength
              + " leaves no room for words; expected more than "
              + LONGEST_SPECIAL);
    }
  }

  /**
   * A whole fact, to be told true or false. While it is too long, the last token of the longest
   * part is dropped, of the tail if several are the longest.
   *
   * @param head token ids of the subject
   * @param relation token ids of the relation
   * @param tail token ids of the object
   */
  public TokenSequence triple(int[] head, int[] relation, int[] tail) {
    int[] lengths = {head.length, relation.length, tail.length};
    while (lengths[0] + lengths[1] + lengths[2] > maximumLength - 4) {
      int longest = Math.max(lengths[0], Math.max(lengths[1], lengths[2]));
      boolean headAlone = lengths[0] == longest && lengths[1] < longest && lengths[2] < longest;
      boolean relationAlone = lengths[1] == longest && lengths[0] < longest && lengths[2] < longest;
      int dropped = headAlone ? 0 : relationAlone ? 1 : 2;
      // the reference fails where the tail has nothing left
      lengths[lengths[dropped] > 0 ? dropped : 0]--;
    }
    return sequence(List.of(head, relation, tail), lengths);
  }

  /**
   * Subject and object, whose relation is to be told. While they are too long, the last token of
   * the longer is dropped, of the tail if they are equally long.
   */
  public TokenSequence pair(int[] head, int[] tail) {
    int[] lengths = {head.length, tail.length};
    while (lengths[0] + lengths[1] > maximumLength - 3) {
      lengths[lengths[0] > lengths[1] ? 0 : 1]--;
    }
    return sequence(List.of(head, tail), lengths);
  }

  private TokenSequence sequence(List<int[]> parts, int[] lengths) {
    List<int[]> tokens = new ArrayList<>(); // id, segment, word
    tokens.add(new int[] {clsTokenId, 0, TokenSequence.NO_WORD});
    int word = 0;
    for (int part = 0; part < parts.size(); part++) {
      int segment = part % 2;
      for (int i = 0; i < lengths[part]; i++) {
        tokens.add(new int[] {parts.get(part)[i], segment, word++});
      }
      tokens.add(new int[] {sepTokenId, segment, TokenSequence.NO_WORD});
    }
    return new TokenSequence(column(tokens, 0), column(tokens, 1), column(tokens, 2));
  }

  private static int[] column(List<int[]> rows, int column) {
    return rows.stream().mapToInt(row -> row[column]).toArray();
  }
}

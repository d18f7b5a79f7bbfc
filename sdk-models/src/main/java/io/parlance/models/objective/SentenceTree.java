package io.parlance.models.objective;

import io.parlance.runtime.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * K-BERT's inputs (Liu et al. 2019, arXiv:1909.07606, sections 3.2 and 3.3): facts about a word are
 * hung onto the sentence behind it as branches. Soft positions count along the trunk and along each
 * branch on its own, and a visible matrix keeps a branch from all but its word.
 *
 * @param maximumBranches the most facts that a word gets, the first of the table; 2 in the paper
 * @param maximumLength tokens of a tree; what is beyond is cut, what is missing padded
 * @param padTokenId the id that fills up
 */
public record SentenceTree(int maximumBranches, int maximumLength, int padTokenId) {

  /**
   * A word of a sentence; special tokens such as {@code [CLS]} are words as well.
   *
   * @param surface what facts are looked up by
   * @param pieces its token ids
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Word(String surface, int[] pieces) {}

  /**
   * A tree, laid out as a sequence of {@link SentenceTree#maximumLength} tokens.
   *
   * @param ids token ids
   * @param positions soft positions; that of padding is the last one
   * @param segments 1 for tokens of branches, else 0; K-BERT also runs with all 0
   * @param visible whether a token sees another; padding neither sees nor is seen
   * @param length tokens before the padding
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Tokens(
      int[] ids, int[] positions, int[] segments, boolean[][] visible, int length) {}

  public SentenceTree {
    if (maximumBranches < 0 || maximumLength <= 0) {
      throw new IllegalArgumentException(
          "a tree of %d tokens with %d branches a word cannot be; expected 1 or more and 0 or more"
              .formatted(maximumLength, maximumBranches));
    }
  }

  /** A word's place, or that of a branch, while the tree is laid out. */
  private record Part(int word, int branch) {
    static final int TRUNK = -1;

    boolean sees(Part other) {
      boolean trunk = branch == TRUNK;
      boolean otherTrunk = other.branch == TRUNK;
      return trunk && otherTrunk
          || word == other.word && (trunk || otherTrunk || branch == other.branch);
    }
  }

  /**
   * Hangs what is known onto a sentence.
   *
   * @param words the sentence, special tokens included
   * @param knowledge facts about a word by its surface, each the token ids of relation and object
   */
  public Tokens grow(List<Word> words, Map<String, List<int[]>> knowledge) {
    int[] ids = new int[maximumLength];
    int[] positions = new int[maximumLength];
    int[] segments = new int[maximumLength];
    Part[] parts = new Part[maximumLength];
    Arrays.fill(ids, padTokenId);
    Arrays.fill(positions, maximumLength - 1);
    int next = 0;
    int trunk = 0; // the soft position of the next piece of the sentence
    for (int w = 0; w < words.size(); w++) {
      Word word = words.get(w);
      List<int[]> facts = knowledge.getOrDefault(word.surface, List.of());
      int after = trunk + word.pieces.length;
      int branches = Math.min(maximumBranches, facts.size());
      for (int branch = Part.TRUNK; branch < branches; branch++) {
        boolean inTrunk = branch == Part.TRUNK;
        int[] tokens = inTrunk ? word.pieces : facts.get(branch);
        for (int i = 0; i < tokens.length && next < maximumLength; i++, next++) {
          ids[next] = tokens[i];
          positions[next] = (inTrunk ? trunk : after) + i;
          segments[next] = inTrunk ? 0 : 1;
          parts[next] = new Part(w, branch);
        }
      }
      trunk = after;
    }
    return new Tokens(ids, positions, segments, visible(parts, next), next);
  }

  private boolean[][] visible(Part[] parts, int length) {
    boolean[][] visible = new boolean[maximumLength][maximumLength];
    for (int i = 0; i < length; i++) {
      for (int j = 0; j < length; j++) {
        visible[i][j] = parts[i].sees(parts[j]);
      }
    }
    return visible;
  }

  /**
   * The inputs of a BERT: {@code input_ids}, {@code position_ids} and {@code token_type_ids}
   * [batch, sequence], and the visible matrices as {@code attention_mask} [batch, sequence,
   * sequence]. All INT64; the caller closes them.
   *
   * @param trees of this configuration, at least one
   */
  public Map<String, Tensor> collate(List<Tokens> trees) {
    int count = trees.size();
    long[] ids = new long[count * maximumLength];
    long[] positions = new long[ids.length];
    long[] segments = new long[ids.length];
    long[] visible = new long[ids.length * maximumLength];
    for (int tree = 0; tree < count; tree++) {
      Tokens tokens = trees.get(tree);
      for (int i = 0; i < maximumLength; i++) {
        int at = tree * maximumLength + i;
        ids[at] = tokens.ids[i];
        positions[at] = tokens.positions[i];
        segments[at] = tokens.segments[i];
        for (int j = 0; j < maximumLength; j++) {
          visible[at * maximumLength + j] = tokens.visible[i][j] ? 1 : 0;
        }
      }
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(ids, count, maximumLength));
    inputs.put("attention_mask", Tensor.of(visible, count, maximumLength, maximumLength));
    inputs.put("token_type_ids", Tensor.of(segments, count, maximumLength));
    inputs.put("position_ids", Tensor.of(positions, count, maximumLength));
    return inputs;
  }
}

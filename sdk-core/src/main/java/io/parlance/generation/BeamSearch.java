package io.parlance.generation;

import io.parlance.FinishReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Beam search, with groups of beams that are kept different (Vijayakumar et al. 2018), or with
 * beams that are drawn. Scores and ends are those of transformers 4.47.
 */
final class BeamSearch extends Search {
  /** The score of beams that do not exist yet: all begin with the same tokens. */
  private static final float NOT_YET = -1e9f;

  private final int groupSize;
  private final List<Group> groups = new ArrayList<>();
  private final int[] chosen; // the tokens of this step, of all groups
  private final float[] scores;
  private final boolean sample;
  private final boolean plain; // the best logits are the best candidates
  private final RandomDraws draws;
  private final @Nullable DiversityPenalty diversity;
  private boolean first = true;
  private boolean outOfTime;
  private List<Beam> running = List.of();

  BeamSearch(GenerationRequest request, int vocabulary) {
    super(request, vocabulary);
    GenerationOptions options = request.options();
    int groupCount = options.get(GenerationOption.NUM_BEAM_GROUPS, 1);
    groupSize = request.beams() / groupCount;
    int kept = Math.max(2, 1 + request.endTokens().length) * groupSize;
    for (int i = 0; i < groupCount; i++) {
      groups.add(new Group(request, groupSize, kept));
    }
    chosen = new int[request.beams()];
    scores = new float[vocabulary];
    sample = options.get(GenerationOption.DO_SAMPLE, false);
    plain = !sample && constraint() == null && processors().isEmpty();
    draws = new RandomDraws(request.seed(), 0);
    diversity =
        processors().stream()
            .filter(DiversityPenalty.class::isInstance)
            .map(DiversityPenalty.class::cast)
            .findFirst()
            .orElse(null);
  }

  /** A running sequence. */
  private static final class Beam {
    final TokenSequence sequence;
    final float score;
    final int parent; // row of the last step
    int row; // row of the next step

    Beam(TokenSequence sequence, float score, int parent) {
      this.sequence = sequence;
      this.score = score;
      this.parent = parent;
    }
  }

  /** Beams that compete with each other. */
  private static final class Group {
    final BeamHypotheses hypotheses;
    final TopCandidates candidates;
    List<Beam> beams = new ArrayList<>();
    boolean done;

    Group(GenerationRequest request, int size, int kept) {
      GenerationOptions options = request.options();
      hypotheses =
          new BeamHypotheses(
              size,
              options.get(GenerationOption.LENGTH_PENALTY, 1.0),
              options.get(GenerationOption.EARLY_STOPPING, EarlyStopping.FALSE),
              request.maxLength() - request.prompt().length);
      candidates = new TopCandidates(kept);
      // beams that do not exist yet are copies, which a constraint with few texts could not part
      int first = request.isConstrained() ? 1 : size;
      for (int i = 0; i < first; i++) {
        beams.add(new Beam(new TokenSequence(request.prompt()), i == 0 ? 0 : NOT_YET, 0));
      }
    }
  }

  @Override
  void advance(RowLogits logits) {
    for (int i = 0; i < groups.size(); i++) {
      Group group = groups.get(i);
      if (diversity != null) {
        diversity.taken(chosen, i * groupSize);
      }
      boolean wasDone = group.done;
      if (!wasDone) {
        propose(group, logits);
        choose(group);
      }
      for (int j = 0; j < groupSize; j++) { // the step in which a group ends still counts
        chosen[i * groupSize + j] =
            wasDone || j >= group.beams.size()
                ? request().padToken()
                : group.beams.get(j).sequence.last();
      }
    }
    first = false;
    List<Beam> next = new ArrayList<>();
    if (!isStopped()) {
      groups.stream().filter(group -> !group.done).forEach(group -> next.addAll(group.beams));
    }
    running = placed(next);
  }

  /** Beams in rows: one of those that come from a row stays there, so that little is copied. */
  private static List<Beam> placed(List<Beam> beams) {
    @Nullable Beam[] rows = new @Nullable Beam[beams.size()];
    List<Beam> others = new ArrayList<>();
    for (Beam beam : beams) {
      if (beam.parent < rows.length && rows[beam.parent] == null) {
        rows[beam.parent] = beam;
      } else {
        others.add(beam);
      }
    }
    List<Beam> placed = new ArrayList<>(rows.length);
    int used = 0;
    for (Beam stays : rows) {
      Beam beam = stays == null ? others.get(used++) : stays;
      beam.row = placed.size();
      placed.add(beam);
    }
    return placed;
  }

  private void propose(Group group, RowLogits logits) {
    TopCandidates candidates = group.candidates;
    candidates.clear();
    int position = group.beams.get(0).sequence.newTokens();
    for (int i = 0; i < group.beams.size(); i++) {
      Beam beam = group.beams.get(i);
      read(logits, first ? 0 : beam.row, scores);
      if (plain) {
        offer(candidates, i, beam.score);
        continue;
      }
      Distribution.logSoftmax(scores);
      process(scores, beam.sequence);
      for (int token = 0; token < scores.length; token++) {
        float score = scores[token] + beam.score;
        if (!sample) {
          if (constraint() == null || score != Float.NEGATIVE_INFINITY) {
            candidates.offer(score, i, token);
          }
        } else if (score > NOT_YET / 2) {
          // the Gumbel trick draws without replacement in proportion to the probabilities
          double uniform = draws.uniform(position, i * scores.length + token);
          candidates.offer((float) (score - Math.log(-Math.log(uniform))), i, token);
        }
      }
    }
    if (sample) {
      orderDrawn(group, logits);
    }
  }

  /**
   * Offers the log-probabilities of one beam's logits, computing only those that can be among the
   * best: as many exponentials, but no further passes over the vocabulary.
   */
  private void offer(TopCandidates candidates, int beam, float beamScore) {
    double norm = Distribution.logSumExp(scores);
    double least = Double.NEGATIVE_INFINITY;
    for (int token = 0; token < scores.length; token++) {
      if (scores[token] >= least) {
        candidates.offer((float) (scores[token] - norm) + beamScore, beam, token);
        if (candidates.isFull()) {
          double worst = candidates.score(candidates.size() - 1);
          double rounding = 4 * Math.ulp((float) (Math.abs(worst) + Math.abs(beamScore)));
          least = worst - beamScore + norm - rounding;
        }
      }
    }
  }

  /** Gives drawn candidates their scores in place of the keys they were drawn by. */
  private void orderDrawn(Group group, RowLogits logits) {
    TopCandidates drawn = group.candidates;
    float[] own = new float[drawn.size()];
    for (int i = 0; i < group.beams.size(); i++) {
      Beam beam = group.beams.get(i);
      read(logits, first ? 0 : beam.row, scores);
      Distribution.logSoftmax(scores);
      process(scores, beam.sequence);
      for (int rank = 0; rank < own.length; rank++) {
        if (drawn.beam(rank) == i) {
          own[rank] = scores[drawn.token(rank)] + beam.score;
        }
      }
    }
    int[] beams = new int[own.length];
    int[] tokens = new int[own.length];
    for (int rank = 0; rank < own.length; rank++) {
      beams[rank] = drawn.beam(rank);
      tokens[rank] = drawn.token(rank);
    }
    drawn.clear();
    for (int rank = 0; rank < own.length; rank++) {
      drawn.offer(own[rank], beams[rank], tokens[rank]);
    }
  }

  private void choose(Group group) {
    TopCandidates candidates = group.candidates;
    List<Beam> next = new ArrayList<>(groupSize);
    int generated = group.beams.get(0).sequence.newTokens() + 1;
    for (int rank = 0; rank < candidates.size() && next.size() < groupSize; rank++) {
      Beam parent = group.beams.get(candidates.beam(rank));
      int token = candidates.token(rank);
      float score = candidates.score(rank);
      if (request().isEnd(token)) {
        if (rank < groupSize) {
          group.hypotheses.add(parent.sequence.copy(), score, generated, true);
        }
      } else {
        TokenSequence sequence = parent.sequence.copy();
        sequence.add(token);
        if (isComplete(sequence)) {
          group.hypotheses.add(sequence, score, generated, false);
        } else {
          next.add(new Beam(sequence, score, first ? 0 : parent.row));
        }
      }
    }
    // fewer tokens are allowed than there are beams, which with a constraint is nothing special
    boolean exhausted = constraint() == null ? next.size() < groupSize : next.isEmpty();
    group.done =
        exhausted
            || group.hypotheses.isDone(
                candidates.size() == 0 ? NOT_YET : candidates.score(0), generated);
    if (!exhausted) {
      group.beams = next;
    } else if (group.hypotheses.finished().isEmpty()) {
      next.forEach(beam -> group.hypotheses.add(beam.sequence, beam.score, generated, false));
    }
  }

  private boolean isStopped() {
    List<Beam> beams = new ArrayList<>();
    groups.stream().filter(group -> !group.done).forEach(group -> beams.addAll(group.beams));
    if (beams.isEmpty()) {
      return true;
    }
    outOfTime = request().timeIsOver();
    boolean stopped =
        beams.get(0).sequence.length() >= request().maxLength()
            || outOfTime
            || request().stop() != StopCondition.NEVER
                && beams.stream()
                    .allMatch(beam -> request().stop().check(beam.sequence.generated()) != null);
    if (stopped) {
      for (Group group : groups) {
        if (!group.done) {
          for (Beam beam : group.beams) {
            group.hypotheses.add(beam.sequence, beam.score, beam.sequence.newTokens(), false);
          }
        }
      }
    }
    return stopped;
  }

  @Override
  int rows() {
    return running.size();
  }

  @Override
  int parent(int row) {
    return running.get(row).parent;
  }

  @Override
  int token(int row) {
    return running.get(row).sequence.last();
  }

  @Override
  TokenSequence sequence(int row) {
    return running.get(row).sequence;
  }

  @Override
  List<GeneratedTokens> results() {
    List<BeamHypotheses.Hypothesis> all = new ArrayList<>();
    groups.forEach(group -> all.addAll(group.hypotheses.finished()));
    all.sort(Comparator.comparingDouble(BeamHypotheses.Hypothesis::score));
    int wanted = request().options().get(GenerationOption.NUM_RETURN_SEQUENCES, 1);
    List<GeneratedTokens> results = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0 && results.size() < wanted; i--) {
      results.add(result(all.get(i)));
    }
    return results;
  }

  private GeneratedTokens result(BeamHypotheses.Hypothesis hypothesis) {
    TokenSequence sequence = hypothesis.sequence();
    if (hypothesis.ended() && sequence.length() < request().maxLength()) {
      sequence = sequence.copy();
      sequence.add(request().endTokens()[0]); // as transformers does, whichever end it was
    }
    FinishReason stop =
        request().stop() == StopCondition.NEVER || sequence.newTokens() == 0
            ? null
            : request().stop().check(sequence.generated());
    FinishReason unended =
        isComplete(sequence)
            ? FinishReason.CONDITION
            : outOfTime ? FinishReason.TIME : FinishReason.LENGTH;
    FinishReason reason =
        hypothesis.ended() ? FinishReason.END_TOKEN : stop != null ? stop : unended;
    verify(hypothesis.sequence(), hypothesis.ended() ? FinishReason.LENGTH : reason);
    return new GeneratedTokens(sequence.generated(), new float[0], hypothesis.score(), reason);
  }
}

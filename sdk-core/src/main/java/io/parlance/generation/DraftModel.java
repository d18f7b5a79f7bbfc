package io.parlance.generation;

import io.parlance.InvalidInputException;
import io.parlance.runtime.Decoder;
import io.parlance.runtime.DecoderBatch;
import io.parlance.runtime.RunControl;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Guesses with a small model, as assisted generation of transformers does (Leviathan et al. 2022,
 * arXiv:2211.17192; Chen et al. 2023, arXiv:2302.01318). Where tokens are drawn, it draws with the
 * same random number at each position as the large model does, so that both draw the same token
 * where they agree: a coupling by common random numbers (as in Daliri et al. 2024,
 * arXiv:2408.07978), with which the answer is not only distributed as without a draft but is, for a
 * seed, the same.
 */
final class DraftModel implements Drafter {
  private static final int DEFAULT_TOKENS = 20; // and 0.4: defaults of transformers 4.47
  private static final double DEFAULT_CONFIDENCE = 0.4;

  private final GenerativeModel model;
  private final RunControl control;
  private final GenerationRequest request;
  private final List<LogitsProcessor> processors;
  private final RandomDraws draws;
  private final boolean sample;
  private final double confidence;
  private final boolean adapts;
  private int tokens;
  private final float[] scores;
  private final int[] fed; // what the batch has, as far as it has it
  private int known;
  private @Nullable DecoderBatch batch;

  /**
   * A draft for one request.
   *
   * @param vocabulary tokens of the large model
   * @throws InvalidInputException if the models do not share their tokens
   */
  DraftModel(GenerativeModel model, GenerationRequest request, int vocabulary, RunControl control) {
    Decoder decoder = model.decoder();
    if (decoder.hasEncoder() || !decoder.hasCache() || decoder.vocabularySize() != vocabulary) {
      throw new InvalidInputException(
          "the assistant "
              + model.name()
              + " must be a model without encoder, with a cache and with the same "
              + vocabulary
              + " tokens as the model; it has "
              + (decoder.hasEncoder() ? "an encoder" : decoder.hasCache() ? "" : "no cache, and ")
              + (decoder.hasEncoder() ? "" : decoder.vocabularySize() + " tokens"));
    }
    this.model = model;
    this.control = control;
    this.request = request;
    this.processors = request.processors();
    this.draws = new RandomDraws(request.seed(), 0);
    GenerationOptions options = request.options();
    this.sample = options.get(GenerationOption.DO_SAMPLE, false);
    this.tokens = options.get(GenerationOption.NUM_ASSISTANT_TOKENS, DEFAULT_TOKENS);
    this.confidence =
        options.get(GenerationOption.ASSISTANT_CONFIDENCE_THRESHOLD, DEFAULT_CONFIDENCE);
    this.adapts =
        options.get(GenerationOption.NUM_ASSISTANT_TOKENS_SCHEDULE, AssistantSchedule.CONSTANT)
            == AssistantSchedule.HEURISTIC;
    this.scores = new float[vocabulary];
    this.fed = new int[request.maxLength() + 1];
  }

  @Override
  public int[] propose(TokenSequence sequence, int most) {
    int positions = model.positions().orElse(Integer.MAX_VALUE);
    int wanted = Math.min(Math.min(tokens, most), positions - sequence.length());
    if (wanted < 1) {
      return new int[0];
    }
    DecoderBatch current = read(sequence);
    TokenSequence guessed = sequence.copy();
    int[] guess = new int[wanted];
    int count = 0;
    while (true) {
      current.logits(0, 0, scores);
      for (LogitsProcessor processor : processors) {
        processor.process(scores, guessed);
      }
      double norm = Distribution.logSumExp(scores);
      if (Double.isNaN(norm) || norm == Double.NEGATIVE_INFINITY) {
        break; // the large model will say so if it comes to that as well
      }
      int token =
          sample
              ? Distribution.draw(scores, norm, draws.uniform(guessed.newTokens(), 0))
              : Distribution.argmax(scores);
      guess[count++] = token;
      guessed.add(token);
      boolean sure = Math.exp(scores[token] - norm) >= confidence;
      if (count == wanted || !sure || request.isEnd(token)) {
        break;
      }
      current.feed(new int[] {token}, 1, 1, control);
      fed[known++] = token;
    }
    return Arrays.copyOf(guess, count);
  }

  /** The batch, with all of the sequence and nothing else. */
  private DecoderBatch read(TokenSequence sequence) {
    int same = 0;
    while (same < known && same < sequence.length() - 1 && fed[same] == sequence.at(same)) {
      same++;
    }
    DecoderBatch current = batch;
    int[] rest = new int[sequence.length() - same];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = sequence.at(same + i);
    }
    if (current == null) {
      current = model.decoder().start(List.of(rest), control);
      batch = current;
    } else {
      current.dropLast(known - same);
      known = same; // should feeding fail
      current.feed(rest, rest.length, 1, control);
    }
    System.arraycopy(rest, 0, fed, same, rest.length);
    known = sequence.length();
    return current;
  }

  @Override
  public void checked(int proposed, int right) {
    if (adapts && proposed > 0) {
      tokens = right == proposed ? tokens + 2 : Math.max(1, tokens - 1);
    }
  }

  @Override
  public void close() {
    DecoderBatch current = batch;
    if (current != null) {
      current.close();
      batch = null;
    }
  }
}

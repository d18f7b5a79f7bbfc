package io.parlance.generation;

import io.parlance.InvalidInputException;
import io.parlance.cache.PromptCache;
import io.parlance.runtime.Decoder;
import io.parlance.runtime.DecoderBatch;
import io.parlance.runtime.RunControl;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Some requests on their way through a model, together: those that are finished leave the batch
 * after each step, and waiting ones take their place. Each gets the tokens that it would get by
 * itself. Not thread-safe.
 */
public final class GenerationRun implements AutoCloseable {
  private final Decoder decoder;
  private final RunControl control;
  private final PromptReader reader;
  private final int mostRows;
  private final Deque<Job> waiting = new ArrayDeque<>();
  private List<Job> active = new ArrayList<>();
  private @Nullable DecoderBatch batch;

  /**
   * Reads nothing yet.
   *
   * @param prompts what is known of prompts already, or null to read each from its beginning
   * @param mostRows rows that a batch has at most; a request that needs more has a batch of its own
   */
  public GenerationRun(
      Decoder decoder, @Nullable PromptCache prompts, int mostRows, RunControl control) {
    this.decoder = decoder;
    this.reader = new PromptReader(decoder, prompts, control);
    this.mostRows = mostRows;
    this.control = control;
  }

  /** A request with where it is. */
  private static final class Job {
    final GenerationRequest request;
    final Search search;
    final Consumer<List<GeneratedTokens>> finished;
    final @Nullable Drafter drafter;
    List<DecoderBatch.Row> rows = List.of(); // those that the search looked at last

    Job(
        GenerationRequest request,
        Search search,
        @Nullable Drafter drafter,
        Consumer<List<GeneratedTokens>> finished) {
      this.request = request;
      this.search = search;
      this.drafter = drafter;
      this.finished = finished;
    }

    void close() {
      if (drafter != null) {
        drafter.close();
      }
    }

    int length() {
      return request.prompt().length;
    }

    int sourceLength() {
      int[] source = request.source();
      return source == null ? 0 : source.length;
    }
  }

  /**
   * Adds a request to those that wait.
   *
   * @param finished called with the answers, best first, during {@link #step}
   */
  public void add(GenerationRequest request, Consumer<List<GeneratedTokens>> finished) {
    decoder.requireCache();
    decoder.checkTokens(request.prompt());
    if (request.guidance() != 1 && !decoder.takesPadding()) {
      throw new InvalidInputException(
          "guidance_scale "
              + request.guidance()
              + " compares two sequences of different lengths, and "
              + decoder.name()
              + " takes only equal ones together; export it with attention_mask and position_ids");
    }
    if (request.isContrastive() && (decoder.hasEncoder() || !decoder.hasStates())) {
      throw new InvalidInputException(
          "penalty_alpha "
              + request.options().get(GenerationOption.PENALTY_ALPHA)
              + " asks for contrastive search, which compares hidden states, and "
              + decoder.name()
              + " gives none (an output last_hidden_state). Run a folder of weights with"
              + " sdk-models, export with hidden states, or set penalty_alpha to 0 and, against"
              + " repetition, repetition_penalty or no_repeat_ngram_size");
    }
    int vocabulary = decoder.vocabularySize();
    waiting.add(
        new Job(request, request.search(decoder), request.drafter(vocabulary, control), finished));
  }

  /** Takes every request one token further, or lets new ones in; false when all are finished. */
  public boolean step() {
    control.check();
    if (!active.isEmpty()) {
      Drafter drafter = active.get(0).drafter;
      if (drafter == null) {
        decode();
      } else {
        decodeAssisted(active.get(0), drafter);
      }
    }
    admit();
    return !active.isEmpty() || !waiting.isEmpty();
  }

  /** Steps to the end. */
  public void finish() {
    while (step()) {
      control.check();
    }
  }

  /** Sequences in the batch now. */
  public int rows() {
    return active.stream().mapToInt(job -> physicalRows(job)).sum();
  }

  private static int physicalRows(Job job) {
    return job.search.isGuided() ? 2 * job.search.rows() : job.search.rows();
  }

  private void decode() {
    List<DecoderBatch.Row> next = new ArrayList<>();
    List<Integer> tokens = new ArrayList<>();
    for (Job job : active) {
      int streams = job.search.isGuided() ? 2 : 1;
      for (int row = 0; row < job.search.rows(); row++) {
        for (int stream = 0; stream < streams; stream++) {
          next.add(job.rows.get(job.search.parent(row) * streams + stream));
          tokens.add(job.search.token(row));
        }
      }
    }
    DecoderBatch current = gather(next);
    if (active.stream().anyMatch(job -> job.search.wantsStates())) {
      current.withStates();
    }
    current.feed(tokens.stream().mapToInt(Integer::intValue).toArray(), 1, 1, control);
    int from = 0;
    List<Job> going = new ArrayList<>(active.size());
    for (Job job : active) {
      int count = physicalRows(job);
      List<DecoderBatch.Row> rows = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        rows.add(current.row(from + i));
      }
      from += count;
      job.rows = rows;
      advance(job, going);
    }
    active = going;
  }

  /**
   * Takes a request that is alone as far as its guesses are right, and one token further. Each
   * token is chosen as it would be without, so that guesses change nothing but the time.
   */
  private void decodeAssisted(Job job, Drafter drafter) {
    TokenSequence sequence = job.search.sequence(0);
    int most = job.request.maxLength() - sequence.length() - 1;
    boolean several = decoder.readsOn() && decoder.givesAllLogits();
    int[] guess = most > 0 && several ? drafter.propose(sequence, most) : new int[0];
    int[] tokens = new int[guess.length + 1];
    tokens[0] = job.search.token(0);
    System.arraycopy(guess, 0, tokens, 1, guess.length);
    DecoderBatch current = gather(job.rows);
    current.feed(tokens, tokens.length, tokens.length, control);
    int right = 0;
    while (true) {
      int position = right;
      job.search.advance((row, target) -> current.logits(0, position, target));
      if (job.search.rows() == 0) {
        active = new ArrayList<>();
        job.close();
        job.finished.accept(job.search.results());
        return;
      }
      if (right == guess.length || job.search.token(0) != guess[right]) {
        break;
      }
      right++;
    }
    current.dropLast(guess.length - right);
    drafter.checked(guess.length, right);
    job.rows = List.of(current.row(0));
  }

  /** The batch that has exactly these rows: the one there is, or a new one in its place. */
  private DecoderBatch gather(List<DecoderBatch.Row> rows) {
    DecoderBatch now = batch;
    boolean same = now != null && now.rows() == rows.size();
    for (int i = 0; i < rows.size() && same; i++) {
      same = rows.get(i).batch() == now && rows.get(i).index() == i;
    }
    if (now != null && (same || now.rearrange(rows))) {
      return now;
    }
    DecoderBatch gathered = decoder.assemble(rows);
    rows.stream().map(DecoderBatch.Row::batch).distinct().forEach(DecoderBatch::close);
    if (now != null) {
      now.close();
    }
    batch = gathered;
    return gathered;
  }

  /** What the last step gave for the rows of a search. */
  private record LastStep(List<DecoderBatch.Row> rows) implements Search.RowLogits {
    @Override
    public void read(int row, float[] target) {
      rows.get(row).batch().logits(rows.get(row).index(), 0, target);
    }

    @Override
    public void state(int row, int token, float[] target) {
      rows.get(row).batch().states(rows.get(row).index(), token, target);
    }
  }

  private void advance(Job job, List<Job> going) {
    job.search.advance(new LastStep(job.rows));
    if (job.search.rows() == 0) {
      job.close();
      job.finished.accept(job.search.results());
    } else {
      going.add(job);
    }
  }

  /** Starts waiting requests while there is room for them. */
  private void admit() {
    int room = mostRows - rows();
    if (!waiting.isEmpty() && waiting.element().drafter != null) {
      if (active.isEmpty()) {
        read(new ArrayList<>(List.of(waiting.remove())));
      }
      return;
    }
    boolean mayJoin = active.isEmpty() || room >= Math.max(1, mostRows / 8);
    if (waiting.isEmpty() || !mayJoin) {
      return;
    }
    boolean padding =
        !decoder.hasEncoder() && (active.size() + waiting.size() == 1 || decoder.takesPadding());
    if (!padding && !active.isEmpty()) {
      return;
    }
    List<Job> chosen = new ArrayList<>();
    int first = waiting.element().length();
    List<Job> passed = new ArrayList<>();
    while (!waiting.isEmpty() && room > 0) {
      Job job = waiting.remove();
      int needed = job.request.rows();
      boolean fits = needed <= room || active.isEmpty() && chosen.isEmpty();
      if (fits && (padding || job.length() == first)) {
        chosen.add(job);
        room -= needed;
      } else {
        passed.add(job);
        if (padding) {
          break;
        }
      }
    }
    for (int i = passed.size() - 1; i >= 0; i--) {
      waiting.addFirst(passed.get(i));
    }
    read(chosen);
  }

  private void read(List<Job> chosen) {
    if (decoder.hasEncoder()) {
      startWithSources(chosen);
    } else {
      boolean states = chosen.stream().anyMatch(job -> job.search.wantsStates());
      (states ? reader.withStates() : reader)
          .read(chosen, job -> job.request.prompt(), this::start);
    }
  }

  private void startWithSources(List<Job> jobs) {
    if (!jobs.isEmpty()) {
      jobs.sort(Comparator.comparingInt(Job::sourceLength));
      start(
          jobs,
          decoder.start(
              jobs.stream().map(job -> job.request.sourceTokens()).toList(),
              jobs.stream().map(job -> job.request.prompt()).toList(),
              control));
    }
  }

  private void start(List<Job> jobs, DecoderBatch started) {
    boolean used = false;
    List<DecoderBatch> opened = new ArrayList<>(List.of(started));
    try {
      for (int i = 0; i < jobs.size(); i++) {
        Job job = jobs.get(i);
        List<DecoderBatch.Row> rows = new ArrayList<>(List.of(started.row(i)));
        if (job.search.isGuided()) {
          int[] prompt = job.request.prompt();
          DecoderBatch without =
              decoder.start(List.of(new int[] {prompt[prompt.length - 1]}), control);
          opened.add(without);
          rows.add(without.row(0));
        }
        job.rows = rows;
        int before = active.size();
        advance(job, active);
        used |= active.size() > before;
      }
    } finally {
      if (!used) {
        opened.forEach(DecoderBatch::close);
      }
    }
  }

  /** Frees what is in native memory; requests that are not finished stay so. */
  @Override
  public void close() {
    active.stream()
        .flatMap(job -> job.rows.stream())
        .map(DecoderBatch.Row::batch)
        .distinct()
        .forEach(DecoderBatch::close);
    active.forEach(Job::close);
    active = new ArrayList<>();
    waiting.clear();
    DecoderBatch now = batch;
    if (now != null) {
      now.close();
      batch = null;
    }
  }
}

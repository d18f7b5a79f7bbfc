package io.parlance.runtime;

import io.parlance.CancelledException;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.NlpException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A generative model: one or two decoder graphs and, where it translates one sequence into another,
 * the graph of its encoder. It takes the last tokens of some sequences and gives the logits of what
 * follows; what it computed for earlier tokens stays in native memory, in a {@link DecoderBatch}.
 *
 * <p>Three layouts are understood, told apart by the inputs of the graphs: one graph that always
 * takes a past; a pair, the first of which starts and the second goes on by one token; and a merged
 * graph with {@code use_cache_branch}. Thread-safe; each batch belongs to one thread at a time.
 */
public final class Decoder implements AutoCloseable {
  private static final long KEPT_BYTES = 256L << 20;
  private static final float PROBE_TOLERANCE = 1e-3f;

  private final DecoderSignature first;
  private final DecoderSignature next;
  private final @Nullable EncoderGraph encoder;
  private final int vocabulary;
  private final int sourceVocabulary; // some encoders read another language by tokens of its own
  private final NativeMemory memory = new NativeMemory(KEPT_BYTES);
  private volatile @Nullable Boolean takesPadding;
  private volatile @Nullable Boolean readsOn;

  private Decoder(
      DecoderSignature first,
      DecoderSignature next,
      @Nullable EncoderGraph encoder,
      int vocabularySize) {
    this.first = first;
    this.next = next;
    this.encoder = encoder;
    long declared = first.logits().dimensions().get(2);
    this.vocabulary = declared > 0 ? Math.toIntExact(declared) : vocabularySize;
    this.sourceVocabulary = vocabularySize > 0 ? vocabularySize : vocabulary;
  }

  /**
   * What a configuration says where graphs leave sizes open; 0 where it does not say.
   *
   * @param heads key and value heads
   * @param headSize size of one head
   * @param vocabulary number of tokens that are read, and of logits
   */
  public record Sizes(int heads, int headSize, int vocabulary) {}

  /**
   * Takes over loaded graphs; they are closed with the decoder, or at once if they do not fit.
   *
   * @param graphs one graph, or the one that starts and the one that goes on
   * @param encoder the encoder of an encoder-decoder, or null
   * @throws ModelUnusableException if these are no decoder graphs
   */
  public static Decoder of(List<Session> graphs, @Nullable Session encoder, Sizes sizes) {
    try {
      Session last = graphs.get(graphs.size() - 1);
      DecoderSignature next = DecoderSignature.of(last, sizes.heads(), sizes.headSize());
      DecoderSignature first =
          graphs.size() == 1
              ? next
              : DecoderSignature.of(graphs.get(0), sizes.heads(), sizes.headSize());
      next.requireOutputs(next.own());
      first.requireOutputs(next.own());
      first.requireOutputs(next.cross());
      first.requireSameAs(next);
      EncoderGraph encoding = encoder == null ? null : EncoderGraph.of(encoder, first);
      Decoder decoder = new Decoder(first, next, encoding, sizes.vocabulary());
      if (decoder.vocabulary <= 0) {
        throw DecoderSignature.unusable(
            last, "neither the graph nor config.json (vocab_size) tells the number of logits");
      }
      return decoder;
    } catch (RuntimeException | Error e) {
      graphs.forEach(Session::close);
      if (encoder != null) {
        encoder.close();
      }
      throw e;
    }
  }

  /** Whether it has an encoder, so that it starts with {@link #start(List, List, RunControl)}. */
  public boolean hasEncoder() {
    return encoder != null;
  }

  /**
   * Whether it remembers earlier tokens; without, it can read sequences but not go on from them.
   */
  public boolean hasCache() {
    return !next.own().isEmpty();
  }

  /**
   * Refuses a model without cache.
   *
   * @throws ModelUnusableException if it has none
   */
  public void requireCache() {
    if (!hasCache()) {
      throw DecoderSignature.unusable(
          next.session(),
          "it takes no past_key_values, so each token would cost as much as all before it; export"
              + " it with its cache (optimum: task text-generation-with-past)");
    }
  }

  /** Number of logits for each token; token ids are smaller. */
  public int vocabularySize() {
    return vocabulary;
  }

  /** Whether a run can give hidden states; see {@link DecoderBatch#states}. */
  public boolean hasStates() {
    return first.states() != null && next.states() != null;
  }

  /** Numbers in the hidden state of a token; 0 where {@link #hasStates()} is false. */
  public int stateSize() {
    TensorDescription states = next.states();
    return states == null ? 0 : Math.toIntExact(states.dimensions().get(2));
  }

  /** How messages name it. */
  public String name() {
    return first.session().name();
  }

  /**
   * Starts sequences of equal length: {@link DecoderBatch#logits} of the last position tells what
   * follows.
   *
   * @param prompts at least one, each of the same length, at least 1
   */
  public DecoderBatch start(List<int[]> prompts, @Nullable RunControl control) {
    return start(new DecoderBatch(this, prompts.size(), null), prompts, control);
  }

  /** As {@link #start(List, RunControl)}, with the hidden states of all tokens. */
  public DecoderBatch startWithStates(List<int[]> prompts, @Nullable RunControl control) {
    return start(new DecoderBatch(this, prompts.size(), null).withStates(), prompts, control);
  }

  private static DecoderBatch start(
      DecoderBatch batch, List<int[]> prompts, @Nullable RunControl control) {
    try {
      batch.feed(flatten(prompts), prompts.get(0).length, 1, control);
      return batch;
    } catch (RuntimeException | Error e) {
      batch.close();
      throw e;
    }
  }

  /**
   * Reads one sequence: {@link DecoderBatch#logits} tells what follows each of its tokens.
   *
   * @param tokens at least one
   */
  public DecoderBatch read(int[] tokens, @Nullable RunControl control) {
    DecoderBatch batch = new DecoderBatch(this, 1, null);
    try {
      batch.feed(tokens, tokens.length, tokens.length, control);
      return batch;
    } catch (RuntimeException | Error e) {
      batch.close();
      throw e;
    }
  }

  /**
   * Starts one sequence for each source: encodes the sources and feeds the first tokens.
   *
   * @param sources token ids for the encoder, of any lengths above 0
   * @param prompts what the decoder begins with, one for each source and all of one length
   */
  public DecoderBatch start(
      List<int[]> sources, List<int[]> prompts, @Nullable RunControl control) {
    if (encoder == null) {
      throw new IllegalStateException(name() + " has no encoder");
    }
    EncoderState state = EncoderState.encode(this, encoder, sources, control);
    DecoderBatch batch = new DecoderBatch(this, sources.size(), state);
    try {
      batch.feed(flatten(prompts), prompts.get(0).length, 1, control);
      return batch;
    } catch (RuntimeException | Error e) {
      batch.close();
      throw e;
    }
  }

  private static int[] flatten(List<int[]> prompts) {
    int length = prompts.get(0).length;
    int[] flat = new int[prompts.size() * length];
    for (int i = 0; i < prompts.size(); i++) {
      if (prompts.get(i).length != length || length == 0) {
        throw new IllegalArgumentException("sequences must have one length, at least 1");
      }
      System.arraycopy(prompts.get(i), 0, flat, i * length, length);
    }
    return flat;
  }

  /**
   * Goes on from tokens that were kept; {@link DecoderBatch#feed} comes next.
   *
   * @param rows for each sequence its parts in their order, all sequences of one length
   */
  public DecoderBatch resume(List<List<CachedTokens.Part>> rows) {
    return DecoderBatch.of(this, rows);
  }

  /** Native memory that so many tokens of one sequence take. */
  public long bytesOf(int tokens) {
    return CachedTokens.bytes(this, tokens);
  }

  /**
   * One batch of rows from any batches of this decoder, in any order, also several times the same.
   * The sources stay as they are. Native memory is copied once.
   *
   * @param rows at least one; of one length unless the decoder {@link #takesPadding()}
   */
  public DecoderBatch assemble(List<DecoderBatch.Row> rows) {
    int length = rows.get(0).length();
    if (rows.stream().anyMatch(row -> row.length() != length) && !takesPadding()) {
      throw new IllegalArgumentException(
          name() + " does not take sequences of different lengths in one batch");
    }
    return DecoderBatch.assemble(this, rows);
  }

  /**
   * Whether sequences of different lengths can be in one batch: the graph looks at the attention
   * mask and does not count padding as positions. Measured with a few tokens when first asked.
   */
  public boolean takesPadding() {
    Boolean known = takesPadding;
    if (known == null) {
      known = hasCache() && next.masks() && !hasEncoder() && probePadding();
      takesPadding = known;
    }
    return known;
  }

  private boolean probePadding() {
    int token = Math.min(3, vocabulary - 1);
    float[] alone = new float[vocabulary];
    float[] padded = new float[vocabulary];
    try (DecoderBatch shorter = start(List.of(new int[] {token, 0}), null);
        DecoderBatch longer = start(List.of(new int[] {token, token, 0, token}), null);
        DecoderBatch both = DecoderBatch.assemble(this, List.of(longer.row(0), shorter.row(0)))) {
      both.feed(new int[] {token, token}, 1, 1, null);
      shorter.feed(new int[] {token}, 1, 1, null);
      both.logits(1, 0, padded);
      shorter.logits(0, 0, alone);
    }
    return isClose(alone, padded);
  }

  private static boolean isClose(float[] expected, float[] found) {
    for (int i = 0; i < expected.length; i++) {
      float tolerance = PROBE_TOLERANCE * Math.max(1, Math.abs(expected[i]));
      if (!(Math.abs(expected[i] - found[i]) <= tolerance)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Refuses what would make native code read outside of an embedding table.
   *
   * @throws InvalidInputException if a token id is not below {@link #vocabularySize()}
   */
  public void checkTokens(int[] tokens) {
    checkTokens(tokens, vocabulary);
  }

  /** The same for what the encoder reads. */
  void checkSource(int[] tokens) {
    checkTokens(tokens, sourceVocabulary);
  }

  private void checkTokens(int[] tokens, int limit) {
    for (int token : tokens) {
      if (token < 0 || token >= limit) {
        throw new InvalidInputException(
            "token id "
                + token
                + " is not between 0 and "
                + (limit - 1)
                + ", the vocabulary of "
                + name()
                + "; take the tokenizer that belongs to the model");
      }
    }
  }

  DecoderSignature first() {
    return first;
  }

  DecoderSignature next() {
    return next;
  }

  /**
   * Whether several tokens that follow others can be read in one run: the graph takes them, and
   * gives for them what it gives for the whole sequence at once. Measured with a few tokens when
   * first asked. Without, {@link DecoderBatch#feed} reads one after the other.
   */
  public boolean readsOn() {
    Boolean known = readsOn;
    if (known == null) {
      TensorDescription ids = next.session().inputs().get(DecoderSignature.INPUT_IDS);
      boolean one = ids == null || ids.rank() == 2 && ids.dimensions().get(1) == 1;
      known = hasCache() && !one && !hasEncoder() && probeReadingOn();
      readsOn = known;
    }
    return known;
  }

  /** Whether a run gives logits for all of its tokens, not only for the last. */
  public boolean givesAllLogits() {
    return next.logits().dimensions().get(1) != 1;
  }

  private boolean probeReadingOn() {
    int token = Math.min(3, vocabulary - 1);
    int[] whole = {token, 0, token, token, 0, token};
    float[] expected = new float[vocabulary];
    float[] found = new float[vocabulary];
    try (DecoderBatch atOnce = read(whole, null);
        DecoderBatch inParts = read(Arrays.copyOf(whole, 2), null)) {
      inParts.feedAtOnce(Arrays.copyOfRange(whole, 2, whole.length), 4, 4, null);
      int skipped = givesAllLogits() ? 2 : 0;
      for (int position = 0; position < (givesAllLogits() ? 4 : 1); position++) {
        atOnce.logits(0, position + skipped, expected);
        inParts.logits(0, position, found);
        if (!isClose(expected, found)) {
          return false;
        }
      }
      return true;
    } catch (CancelledException e) {
      throw e;
    } catch (NlpException refused) {
      return false; // the graph takes one token after others
    }
  }

  ByteBuffer take(long bytes) {
    return memory.take(bytes);
  }

  void giveBack(ByteBuffer used) {
    memory.giveBack(used);
  }

  @Override
  public void close() {
    next.session().close();
    if (first != next) {
      first.session().close();
    }
    if (encoder != null) {
      encoder.session().close();
    }
  }
}

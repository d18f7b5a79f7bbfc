package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.TextInput;
import io.parlance.model.ModelFolder;
import io.parlance.runtime.BackgroundLoad;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.RunControl;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import io.parlance.runtime.TensorDescription;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.PaddedBatch;
import io.parlance.tokenizers.Padding;
import io.parlance.tokenizers.Side;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.TokenizerException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A tokenizer and an encoder graph that belong together: texts in, one output of the graph out.
 * Sessions and tokenizers refuse calls after they are closed; the owner sees to it that none is
 * going on.
 */
final class Encoder implements AutoCloseable {
  /**
   * Taken where neither configuration nor tokenizer says how much a model takes: what most encoders
   * learn with.
   */
  private static final int COMMON_LENGTH = 512;

  private static final String INPUT_IDS = "input_ids";
  private static final String ATTENTION_MASK = "attention_mask";
  private static final String TOKEN_TYPE_IDS = "token_type_ids";
  private static final String POSITION_IDS = "position_ids";

  /** Model types that read the last place of a row, padding or not. */
  private static final Set<String> LAST_PLACE_READERS = Set.of("xlnet");

  private static final int EVERY_TOKEN = -1;

  private final ModelFolder folder;
  private final Tokenizer tokenizer;
  private final Session session;
  private final Padding padding;
  private final int readToken;

  private Encoder(ModelFolder folder, Tokenizer tokenizer, Session session, int readToken) {
    this.folder = folder;
    this.tokenizer = tokenizer;
    this.session = session;
    this.padding = padding(folder, tokenizer, session);
    this.readToken = readToken;
  }

  /**
   * A graph that counts its positions itself counts padding on the left as well: a text would get
   * other numbers in a batch than alone. Such graphs are padded on the right, whatever the
   * tokenizer says. XLNet has no positions to count, and reads its summary at the last place.
   */
  private static Padding padding(ModelFolder folder, Tokenizer tokenizer, Session session) {
    boolean either =
        session.inputs().containsKey(POSITION_IDS)
            || LAST_PLACE_READERS.contains(folder.config().modelType().orElse(""));
    return either ? tokenizer.padding() : tokenizer.padding().withSide(Side.RIGHT);
  }

  /**
   * Loads tokenizer and graph, at the same time: a service starts the sooner. A part that was
   * loaded is closed if the other cannot be.
   */
  static Encoder open(ModelFolder folder, SessionOptions options) {
    BackgroundLoad<Session> graph =
        BackgroundLoad.start(() -> folder.loadGraph(ModelFolder.MODEL, options));
    Tokenizer tokenizer;
    try {
      tokenizer = folder.loadTokenizer();
    } catch (RuntimeException | Error e) {
      graph.discard(Session::close, e);
      throw e;
    }
    try {
      Session session = graph.get();
      try {
        Encoder encoder = new Encoder(folder, tokenizer, session, EVERY_TOKEN);
        encoder.checkInputs();
        return encoder;
      } catch (RuntimeException | Error e) {
        session.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      tokenizer.close();
      throw e;
    }
  }

  private void checkInputs() {
    for (TensorDescription input : session.inputs().values()) {
      boolean known =
          switch (input.name()) {
            case INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS, POSITION_IDS -> true;
            default -> false;
          };
      boolean integers = input.type() == ElementType.INT64 || input.type() == ElementType.INT32;
      if (!known || !integers || input.rank() != 2) {
        throw new ModelUnusableException(
            session.name()
                + " takes '"
                + input.name()
                + "' as "
                + input
                + "; an encoder takes input_ids,"
                + " attention_mask and perhaps token_type_ids and position_ids, as INT64[batch,"
                + " sequence]");
      }
    }
    if (!session.inputs().containsKey(INPUT_IDS)) {
      throw new ModelUnusableException(
          session.name()
              + " has no input 'input_ids' (inputs: "
              + session.inputs()
              + "); it is no encoder");
    }
  }

  /**
   * Describes an output of the graph that a task needs.
   *
   * @param task what to call the task in the message
   * @param expected what the output should look like, for the message
   */
  TensorDescription requireOutput(String name, int rank, String task, String expected) {
    TensorDescription output = session.outputs().get(name);
    if (output == null || output.rank() != rank || !output.type().isFloatingPoint()) {
      throw new ModelUnusableException(
          session.name()
              + " cannot be used for "
              + task
              + ": it needs an output '"
              + name
              + "' "
              + expected
              + ", the graph has "
              + session.outputs());
    }
    return output;
  }

  ModelFolder folder() {
    return folder;
  }

  /** The most tokens that the positions of the model allow, where it says so. */
  OptionalInt positions() {
    return folder.config().maximumLength();
  }

  /** Where texts are cut if nobody says anything: only what the model cannot take is cut. */
  int defaultLength() {
    return positions().orElse(tokenizer.modelMaxLength().orElse(COMMON_LENGTH));
  }

  /** Where texts are cut if truncation is asked for without a length: what the tokenizer says. */
  int tokenizerLength() {
    int length = tokenizer.modelMaxLength().orElse(defaultLength());
    return Math.min(length, positions().orElse(length));
  }

  /**
   * This encoder, which it replaces, for outputs as wide as a vocabulary: of outputs of shape
   * [batch, sequence, width] only the numbers at one token are kept.
   *
   * @param token id of the tokens to read; in a row of {@link EncoderOutputs} they come one after
   *     the other
   */
  Encoder readingOnly(int token) {
    return new Encoder(folder, tokenizer, session, token);
  }

  /** The outputs of the graph by name. */
  Map<String, TensorDescription> outputs() {
    return session.outputs();
  }

  /** The tokenizer; closed with this encoder. */
  Tokenizer tokenizer() {
    return tokenizer;
  }

  /**
   * Turns an input into tokens; further windows, if they are asked for, are in {@link
   * Encoding#overflow()}.
   *
   * @throws InvalidInputException if it cannot be encoded, has no tokens at all, or more than the
   *     model takes
   */
  Encoding encode(TextInput input, EncodingOptions options) {
    Encoding encoding;
    try {
      encoding =
          input.pair() == null
              ? tokenizer.encode(input.text(), options)
              : tokenizer.encode(input.text(), input.pair(), options);
    } catch (IllegalArgumentException | TokenizerException e) {
      throw new InvalidInputException("the text cannot be encoded: " + e.getMessage(), e);
    }
    if (encoding.length() == 0) {
      throw new InvalidInputException(
          "the text has no tokens, and the tokenizer of "
              + folder
              + " adds none; there is nothing to run");
    }
    OptionalInt positions = positions();
    if (positions.isPresent() && encoding.length() > positions.getAsInt()) {
      throw new InvalidInputException(
          "the text has "
              + encoding.length()
              + " tokens, "
              + folder
              + " takes at most "
              + positions.getAsInt()
              + "; shorten it, or let it be truncated");
    }
    return encoding;
  }

  /** Runs a few tokens, so that what is made with the first run is there. */
  void warmUp() {
    Encoding some = encode(TextInput.of("a"), EncodingOptions.DEFAULT);
    run(List.of(some), List.copyOf(session.outputs().keySet()), RunControl.create());
  }

  /**
   * Runs the graph over some sequences at once, padded to the longest.
   *
   * @param outputs names of the outputs to read
   */
  EncoderOutputs run(List<Encoding> encodings, List<String> outputs, RunControl control) {
    PaddedBatch batch = PaddedBatch.of(encodings, padding);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    try {
      for (TensorDescription input : session.inputs().values()) {
        long[] values =
            switch (input.name()) {
              case INPUT_IDS -> batch.inputIds();
              case ATTENTION_MASK -> batch.attentionMask();
              case TOKEN_TYPE_IDS -> batch.tokenTypeIds();
              case POSITION_IDS -> positionIds(batch, folder.config().firstPosition());
              default -> throw new AssertionError("inputs are checked when the model is opened");
            };
        inputs.put(input.name(), tensor(values, input.type(), batch.size(), batch.length()));
      }
      try (Outputs given = session.run(inputs, outputs, Map.of(), control)) {
        List<int[]> read = readToken == EVERY_TOKEN ? List.of() : places(encodings, batch);
        return EncoderOutputs.of(session.name(), given, batch, padding.side(), read);
      }
    } finally {
      inputs.values().forEach(Tensor::close);
    }
  }

  /** Counts the tokens of each row from its first one on, wherever its padding is. */
  private static long[] positionIds(PaddedBatch batch, int first) {
    long[] mask = batch.attentionMask();
    long[] positions = new long[mask.length];
    for (int row = 0; row < batch.size(); row++) {
      int next = first;
      for (int i = row * batch.length(); i < (row + 1) * batch.length(); i++) {
        positions[i] = mask[i] == 0 ? Math.max(0, first - 1) : next++; // first - 1: pad_token_id
      }
    }
    return positions;
  }

  /** Where the tokens that are read are in each padded row. */
  private List<int[]> places(List<Encoding> encodings, PaddedBatch batch) {
    boolean left = padding.side() == Side.LEFT;
    return encodings.stream()
        .map(
            row ->
                IntStream.range(0, row.length())
                    .filter(i -> row.id(i) == readToken)
                    .map(i -> left ? i + batch.length() - row.length() : i)
                    .toArray())
        .toList();
  }

  private static Tensor tensor(long[] values, ElementType type, int rows, int columns) {
    if (type == ElementType.INT64) {
      return Tensor.of(values, rows, columns);
    }
    int[] narrow = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = Math.toIntExact(values[i]);
    }
    return Tensor.of(narrow, rows, columns);
  }

  @Override
  public void close() {
    session.close();
    tokenizer.close();
  }
}

package io.parlance.task;

import io.parlance.TextInput;
import io.parlance.tokenizers.Encoding;
import java.util.List;

/**
 * What a task makes of an encoder: which tokens are run for an input, what is read from each run,
 * and the result. Belongs to one loaded model and one set of options; thread-safe.
 *
 * @param <W> what is read for one window
 * @param <R> the result for one input
 */
interface EncoderTask<W, R> {
  /**
   * The windows to run for one input, at least one.
   *
   * @throws io.parlance.InvalidInputException if the input cannot be processed
   */
  List<Encoding> encode(TextInput input);

  /** Names of the graph's outputs that are read. */
  List<String> outputs();

  /**
   * The most tokens of one run, padding included.
   *
   * @param usual what serves most tasks best
   */
  default int tokensPerRun(int usual) {
    return usual;
  }

  /** Reads one window's row of a run. */
  W read(EncoderOutputs outputs, int row, Encoding window);

  /** The result of one input from its windows. */
  R decode(TextInput input, List<Encoding> windows, List<W> values);
}

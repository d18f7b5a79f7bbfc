package io.parlance.models.architecture;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.RecurrentLayer;
import java.util.Locale;

/**
 * The configuration of a recurrent language model; {@code config.json} has the arguments of
 * PyTorch's recurrent modules.
 *
 * @param cell {@code cell} (RNN, GRU or LSTM), and {@code nonlinearity} (tanh or relu) of an RNN
 * @param vocabularySize {@code vocab_size}
 * @param embeddingSize {@code embedding_size}
 * @param hiddenSize {@code hidden_size}
 * @param layers {@code num_layers}
 * @param dropout {@code dropout}: probability before each layer and after the last, never from step
 *     to step (Zaremba et al. 2014, arXiv:1409.2329)
 */
public record RecurrentConfig(
    RecurrentLayer.Cell cell,
    long vocabularySize,
    long embeddingSize,
    long hiddenSize,
    int layers,
    double dropout) {

  public RecurrentConfig {
    Require.positive("vocab_size", vocabularySize);
    Require.positive("embedding_size", embeddingSize);
    Require.positive("hidden_size", hiddenSize);
    Require.positive("num_layers", layers);
    Require.probability("dropout", dropout);
  }

  /** The small LSTM of Zaremba et al. 2014: 2 layers, 200 wide, 10 000 words. */
  public static RecurrentConfig small() {
    return new RecurrentConfig(RecurrentLayer.Cell.LSTM, 10_000, 200, 200, 2, 0);
  }

  /** The medium LSTM of Zaremba et al. 2014: 2 layers, 650 wide, half of the states dropped. */
  public static RecurrentConfig medium() {
    return new RecurrentConfig(RecurrentLayer.Cell.LSTM, 10_000, 650, 650, 2, 0.5);
  }

  /** The large LSTM of Zaremba et al. 2014: 2 layers, 1500 wide, 65 % of the states dropped. */
  public static RecurrentConfig large() {
    return new RecurrentConfig(RecurrentLayer.Cell.LSTM, 10_000, 1500, 1500, 2, 0.65);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is missing or wrong
   */
  public static RecurrentConfig from(ModelConfig config) {
    if (config.flag("bidirectional").orElse(false)) {
      throw new IllegalArgumentException(
          "bidirectional is true; a language model reads in one direction");
    }
    long hidden = required(config, "hidden_size");
    return new RecurrentConfig(
        cell(config),
        required(config, "vocab_size"),
        config.integer("embedding_size").orElse(Math.toIntExact(hidden)),
        hidden,
        config.integer("num_layers").orElse(1),
        config.number("dropout").orElse(0));
  }

  private static long required(ModelConfig config, String key) {
    return config
        .integer(key)
        .orElseThrow(
            () -> new IllegalArgumentException(key + " is missing, expected a positive number"));
  }

  private static RecurrentLayer.Cell cell(ModelConfig config) {
    String cell = config.string("cell").orElse("LSTM").toUpperCase(Locale.ROOT);
    String kind =
        cell.equals("RNN")
            ? config.string("nonlinearity").orElse("tanh").toUpperCase(Locale.ROOT)
            : cell;
    return switch (kind) {
      case "TANH" -> RecurrentLayer.Cell.TANH;
      case "RELU" -> RecurrentLayer.Cell.RELU;
      case "GRU" -> RecurrentLayer.Cell.GRU;
      case "LSTM" -> RecurrentLayer.Cell.LSTM;
      default ->
          throw new IllegalArgumentException(
              "cell is '"
                  + cell
                  + "', expected LSTM, GRU or RNN, the last with nonlinearity tanh or relu");
    };
  }

  /** The language model. */
  public PretrainedModel model() {
    return new RecurrentLanguageModel(this);
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject();
    JsonArray architectures = new JsonArray();
    architectures.add(RecurrentLanguageModel.ARCHITECTURE);
    json.add("architectures", architectures);
    json.addProperty("model_type", "rnn_lm");
    json.addProperty("cell", cell.operator());
    boolean plain = cell == RecurrentLayer.Cell.TANH || cell == RecurrentLayer.Cell.RELU;
    json.addProperty("nonlinearity", plain ? cell.name().toLowerCase(Locale.ROOT) : null);
    json.addProperty("vocab_size", vocabularySize);
    json.addProperty("embedding_size", embeddingSize);
    json.addProperty("hidden_size", hiddenSize);
    json.addProperty("num_layers", layers);
    json.addProperty("dropout", dropout);
    json.addProperty("bidirectional", false);
    json.addProperty("batch_first", true);
    return json;
  }
}

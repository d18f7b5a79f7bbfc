package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Value;
import java.util.List;
import java.util.Map;

/**
 * A model as a function that writes graphs: its configuration, and how its outputs follow from its
 * inputs. It holds no weights. The same function writes the graph that is trained and the one that
 * is exported. Immutable.
 */
public interface PretrainedModel {

  /**
   * The class name under {@code architectures} in {@code config.json}, for example {@code
   * BertForMaskedLM}.
   */
  String architecture();

  /**
   * The prefix of the parameters of the headless model inside this one, with its dot; empty for the
   * headless model.
   */
  String basePrefix();

  /** The contents of {@code config.json}. */
  JsonObject configuration();

  /** The inputs of the exported graph in their usual order. */
  List<String> exportedInputs();

  /**
   * Writes the forward pass for the inputs that are there; optional ones that are missing get the
   * reference's defaults.
   *
   * @return outputs by the reference's names, {@code loss} among them if labels are given
   * @throws IllegalArgumentException if an input is missing, unknown or does not fit
   */
  Map<String, Value> forward(Inputs inputs);
}

package io.parlance.models;

import com.google.gson.JsonObject;
import io.parlance.InvalidInputException;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.architecture.Architectures;
import io.parlance.models.architecture.Inputs;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.autodiff.Gradients;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.objective.Losses;
import io.parlance.models.weights.LoadedWeights;
import io.parlance.models.weights.ParameterInitializer;
import io.parlance.models.weights.SafetensorsReader;
import io.parlance.models.weights.WeightLoader;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model with its parameters in native memory: what training changes and export writes. It owns
 * its parameters; close it. Computing with it is thread-safe as long as nobody trains it.
 */
public final class TrainableModel implements AutoCloseable {

  private final PretrainedModel model;
  private final Map<String, Tensor> parameters;
  private final List<String> newParameters;

  private TrainableModel(
      PretrainedModel model, Map<String, Tensor> parameters, List<String> newParameters) {
    this.model = model;
    this.parameters = Collections.unmodifiableMap(parameters);
    this.newParameters = List.copyOf(newParameters);
  }

  /** A model with new parameters, drawn from {@code seed} alone. */
  public static TrainableModel initialize(PretrainedModel model, long seed) {
    return new TrainableModel(
        model, ParameterInitializer.of(seed).initialize(model.parameters()), List.of());
  }

  /**
   * Loads a folder with {@code config.json} and {@code model.safetensors} (or its shards); every
   * weight must fit.
   *
   * @throws io.parlance.ModelNotFoundException if the folder or a file is not there
   * @throws io.parlance.ModelUnusableException if a file is broken or the weights do not fit the
   *     configuration
   */
  public static TrainableModel load(Path folder) {
    ModelConfig config = ModelFolder.open(ModelSource.of(folder)).config();
    Set<String> names;
    try (SafetensorsReader reader = SafetensorsReader.open(folder)) {
      names = reader.tensors().keySet();
    }
    PretrainedModel model = Architectures.of(config, names);
    Map<String, long[]> shapes = shapes(model);
    Map<String, Graph.Parameter> absent = new LinkedHashMap<>(model.parameters());
    absent.values().removeIf(Graph.Parameter::trained); // older files lack some buffers
    absent.keySet().removeAll(names);
    shapes.keySet().removeAll(absent.keySet());
    LoadedWeights weights =
        new WeightLoader(model.weightNames(), WeightLoader.Policy.EXACT).load(folder, shapes);
    Map<String, Tensor> all = new LinkedHashMap<>(weights.tensors());
    all.putAll(ParameterInitializer.of(0).initialize(absent));
    return new TrainableModel(model, all, List.of());
  }

  /**
   * A model whose body comes from a folder and whose head may be new: the start of fine-tuning.
   *
   * @param model the model wanted; its body must have the folder's sizes
   * @param folder a folder with {@code model.safetensors}
   * @param seed draws the parameters that the folder does not have
   */
  public static TrainableModel fineTune(PretrainedModel model, Path folder, long seed) {
    LoadedWeights weights =
        new WeightLoader(model.weightNames(), WeightLoader.Policy.NEW_HEADS)
            .load(folder, shapes(model));
    Map<String, Graph.Parameter> missing = new LinkedHashMap<>(model.parameters());
    missing.keySet().retainAll(weights.newParameters());
    Map<String, Tensor> fresh = ParameterInitializer.of(seed).initialize(missing);
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (String name : model.parameters().keySet()) {
      Tensor stored = weights.tensors().get(name);
      all.put(name, stored != null ? stored : fresh.get(name));
    }
    return new TrainableModel(model, all, weights.newParameters());
  }

  private static Map<String, long[]> shapes(PretrainedModel model) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    model
        .parameters()
        .forEach((name, parameter) -> shapes.put(name, parameter.value().shape().sizes()));
    return shapes;
  }

  /** What the model computes. */
  public PretrainedModel model() {
    return model;
  }

  /** The parameters by their Hugging Face names: live, owned by this object. */
  public Map<String, Tensor> parameters() {
    return parameters;
  }

  /** The parameters that {@link #fineTune} found in no file and drew anew. */
  public List<String> newParameters() {
    return newParameters;
  }

  /**
   * Computes the model's outputs, without dropout.
   *
   * @param inputs arguments of the reference's {@code forward} by name
   * @return outputs by name, FLOAT32, {@code loss} among them if labels are given; the caller
   *     closes them
   * @throws InvalidInputException if an input is missing, unknown or does not fit
   */
  public Map<String, Tensor> forward(Map<String, Tensor> inputs) {
    return compute(Graph.inference(model.architecture()), inputs, false);
  }

  /**
   * Computes the outputs and the gradients of the loss with respect to every parameter it depends
   * on.
   *
   * @return outputs by name, and gradients by parameter name with the prefix {@value #GRADIENT};
   *     the caller closes them
   * @throws InvalidInputException if there is no loss because labels are missing, or an input does
   *     not fit
   */
  public Map<String, Tensor> forwardAndGradients(Map<String, Tensor> inputs) {
    return compute(Graph.evaluation(model.architecture()), inputs, true);
  }

  /** Prefix of gradients among the results of {@link #forwardAndGradients}. */
  public static final String GRADIENT = "gradient:";

  private Map<String, Tensor> compute(Graph graph, Map<String, Tensor> inputs, boolean gradients) {
    checkRanges(inputs);
    Map<String, Value> wanted;
    try {
      inputs.forEach(
          (name, tensor) -> graph.input(name, tensor.type(), Shape.fixed(tensor.shape())));
      wanted = new LinkedHashMap<>(model.forward(Inputs.of(graph)));
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(String.valueOf(e.getMessage()), e);
    }
    if (gradients) {
      Value loss = wanted.get("loss");
      if (loss == null) {
        throw new InvalidInputException(
            "gradients are those of the loss, and without labels "
                + model.architecture()
                + " has none; give labels");
      }
      Map<Value, Value> found =
          Gradients.of(
              loss,
              graph.parameters().values().stream()
                  .filter(Graph.Parameter::trained)
                  .map(Graph.Parameter::value)
                  .toList());
      found.forEach((parameter, gradient) -> wanted.put(GRADIENT + parameter.name(), gradient));
    }
    OnnxWriter writer = OnnxWriter.of(graph).outputs(wanted).keepAllInputs().weights(parameters);
    Map<String, Tensor> results = new LinkedHashMap<>();
    try (Session session =
            Session.load(writer.toBuffer(), model.architecture(), SessionOptions.defaults());
        Outputs outputs = session.run(inputs)) {
      for (String name : wanted.keySet()) {
        Tensor output = outputs.get(name);
        results.put(name, Tensor.of(output.toFloatArray(), output.shape()));
      }
    }
    return results;
  }

  /** Ids out of range are refused here, by name, rather than deep inside of a graph. */
  private void checkRanges(Map<String, Tensor> inputs) {
    JsonObject config = model.configuration();
    checkRange(inputs, "input_ids", config, "vocab_size");
    checkRange(inputs, "token_type_ids", config, "type_vocab_size");
    String targets = config.has("decoder_vocab_size") ? "decoder_vocab_size" : "vocab_size";
    checkRange(inputs, "decoder_input_ids", config, targets);
    if (model.exportedInputs().contains("decoder_input_ids")) { // its labels are tokens
      checkLabels(inputs, config.get(targets).getAsLong());
    }
    if (model.maximumLength().isEmpty()) {
      return;
    }
    long limit = model.maximumLength().getAsLong();
    long positions =
        config.has("max_position_embeddings")
            ? config.get("max_position_embeddings").getAsLong()
            : limit;
    checkRange(inputs, "position_ids", positions, "the number of positions");
    checkLength(inputs, "input_ids", limit);
    checkLength(inputs, "decoder_input_ids", limit);
    if (model.exportedInputs().contains("decoder_input_ids")) {
      checkLength(inputs, "labels", limit);
    }
  }

  private static void checkLabels(Map<String, Tensor> inputs, long limit) {
    Tensor labels = inputs.get("labels");
    if (labels == null) {
      return;
    }
    for (long label : labels.toLongArray()) {
      if (label != Losses.IGNORED && (label < 0 || label >= limit)) {
        throw new InvalidInputException(
            "labels holds %d, expected 0 to %d, or %d for what does not count"
                .formatted(label, limit - 1, Losses.IGNORED));
      }
    }
  }

  private static void checkLength(Map<String, Tensor> inputs, String name, long limit) {
    Tensor ids = inputs.get(name);
    if (ids != null && ids.shape().length > 0) {
      long length = ids.shape()[ids.shape().length - 1];
      if (length > limit) {
        throw new InvalidInputException(
            name + " are " + length + " tokens long; the model has " + limit + " positions");
      }
    }
  }

  private static void checkRange(
      Map<String, Tensor> inputs, String name, JsonObject config, String key) {
    if (config.has(key) && config.get(key).getAsLong() > 0) { // 0 segments: they do not count
      checkRange(inputs, name, config.get(key).getAsLong(), key);
    }
  }

  private static void checkRange(Map<String, Tensor> inputs, String name, long limit, String what) {
    Tensor tensor = inputs.get(name);
    if (tensor == null) {
      return;
    }
    for (long id : tensor.toLongArray()) {
      if (id < 0 || id >= limit) {
        throw new InvalidInputException(
            "%s holds %d, expected 0 to %d (%s is %d)".formatted(name, id, limit - 1, what, limit));
      }
    }
  }

  @Override
  public void close() {
    parameters.values().forEach(Tensor::close);
  }
}

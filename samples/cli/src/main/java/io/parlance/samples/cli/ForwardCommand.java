package io.parlance.samples.cli;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import io.parlance.InvalidInputException;
import io.parlance.models.TrainableModel;
import io.parlance.models.weights.TensorJson;
import io.parlance.runtime.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Computes what a model with safetensors weights makes of given tensors. */
@Command(
    name = "forward",
    description = {
      "Computes outputs, loss and gradients of a model for given tensors.",
      "The model is config.json and model.safetensors; its loss is computed where "
          + "labels are given. Both files: {\"cases\": {CASE: {NAME: {\"dtype\", \"shape\", "
          + "\"data\"}}}}. An argument \"_mem\" is the number of an earlier case, from 0, whose "
          + "memory goes in."
    })
final class ForwardCommand extends Subcommand {

  /** What a model remembers of a segment, among its outputs. */
  private static final String MEMORY = "mems.";

  /** What it remembers of the segment before, among its inputs. */
  private static final String PAST = "past_";

  private static final String RECALLED = "_mem";

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      required = true,
      description = "The folder with config.json and model.safetensors.")
  private Path model;

  @Option(
      names = "--inputs",
      paramLabel = "FILE",
      required = true,
      description = "The arguments of the model's forward pass.")
  private Path inputs;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where the outputs go; standard output if not given.")
  private @Nullable Path output;

  @Option(
      names = "--gradients",
      description = "Also write the gradient of the loss for each parameter.")
  private boolean gradients;

  @Override
  public Integer call() throws IOException {
    try (JsonReader in = reader()) {
      Output.write(
          output,
          streams().out(),
          out -> {
            try (TrainableModel trainable = TrainableModel.load(model)) {
              JsonWriter json = new JsonWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
              json.beginObject().name("cases").beginObject();
              answerCases(trainable, in, json);
              json.endObject().endObject().flush();
              out.write('\n');
            }
          });
    }
    return ExitStatus.SUCCESS;
  }

  private JsonReader reader() {
    try {
      return new JsonReader(Files.newBufferedReader(inputs));
    } catch (IOException e) {
      throw new RefusedException("cannot read " + inputs + ": " + Failure.reason(e), e);
    }
  }

  private void answerCases(TrainableModel trainable, JsonReader in, JsonWriter json)
      throws IOException {
    boolean found = false;
    List<Map<String, Tensor>> memories = new ArrayList<>();
    try {
      in.beginObject();
      while (in.hasNext()) {
        if (!in.nextName().equals("cases")) {
          in.skipValue();
          continue;
        }
        found = true;
        in.beginObject();
        while (in.hasNext()) {
          answer(trainable, in.nextName(), in, json, memories);
        }
        in.endObject();
      }
      in.endObject();
    } catch (MalformedJsonException | EOFException | IllegalStateException e) {
      throw new RefusedException(
          inputs + ": expected an object of cases of tensors: " + Failure.message(e), e);
    } finally {
      memories.forEach(memory -> memory.values().forEach(Tensor::close));
    }
    if (!found) {
      throw new RefusedException(inputs + ": has no \"cases\"");
    }
  }

  private void answer(
      TrainableModel trainable,
      String name,
      JsonReader in,
      JsonWriter json,
      List<Map<String, Tensor>> memories)
      throws IOException {
    Map<String, Tensor> arguments = new LinkedHashMap<>();
    Map<String, Tensor> results = new LinkedHashMap<>();
    try {
      in.beginObject();
      while (in.hasNext()) {
        arguments.put(in.nextName(), TensorJson.read(in));
      }
      in.endObject();
      recall(arguments, memories);
      results.putAll(trainable.forward(arguments));
      memories.add(memory(results));
      if (gradients && results.containsKey("loss")) {
        results.values().forEach(Tensor::close);
        results.clear();
        results.putAll(trainable.forwardAndGradients(arguments));
      }
      write(json.name(name), results);
    } catch (InvalidInputException | NumberFormatException e) {
      throw new RefusedException(inputs + ", case '" + name + "': " + Failure.message(e), e);
    } finally {
      arguments.values().forEach(Tensor::close);
      results.values().forEach(Tensor::close);
    }
  }

  /** Replaces the number of an earlier case by what that case left in the model's memory. */
  private static void recall(Map<String, Tensor> arguments, List<Map<String, Tensor>> memories) {
    Tensor number = arguments.remove(RECALLED);
    if (number == null) {
      return;
    }
    long index = number.elementCount() == 1 ? number.toLongArray()[0] : -1;
    number.close();
    if (index < 0 || index >= memories.size()) {
      throw new InvalidInputException(
          RECALLED
              + " is the number of an earlier case, counted from 0; there are "
              + memories.size()
              + " before this one");
    }
    memories.get((int) index).forEach((name, tensor) -> arguments.put(PAST + name, copy(tensor)));
  }

  private static Map<String, Tensor> memory(Map<String, Tensor> results) {
    Map<String, Tensor> memory = new LinkedHashMap<>();
    results.forEach(
        (name, tensor) -> {
          if (name.startsWith(MEMORY)) {
            memory.put(name, copy(tensor));
          }
        });
    return memory;
  }

  private static Tensor copy(Tensor tensor) {
    return Tensor.of(tensor.toFloatArray(), tensor.shape());
  }

  private static void write(JsonWriter json, Map<String, Tensor> results) throws IOException {
    Map<String, Tensor> ofParameters = new LinkedHashMap<>();
    json.beginObject();
    for (Map.Entry<String, Tensor> each : results.entrySet()) {
      if (each.getKey().startsWith(TrainableModel.GRADIENT)) {
        ofParameters.put(
            each.getKey().substring(TrainableModel.GRADIENT.length()), each.getValue());
      } else {
        write(json, each.getKey(), each.getValue());
      }
    }
    if (!ofParameters.isEmpty()) {
      json.name("gradients").beginObject();
      for (Map.Entry<String, Tensor> each : ofParameters.entrySet()) {
        write(json, each.getKey(), each.getValue());
      }
      json.endObject();
    }
    json.endObject();
  }

  private static void write(JsonWriter json, String name, Tensor tensor) throws IOException {
    json.name(name);
    TensorJson.write(json, tensor);
  }
}

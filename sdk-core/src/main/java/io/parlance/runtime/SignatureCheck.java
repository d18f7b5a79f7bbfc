package io.parlance.runtime;

import io.parlance.InvalidInputException;
import java.util.Map;

/** Compares the tensors of a run with what the graph declares, before native code sees them. */
final class SignatureCheck {
  private SignatureCheck() {}

  static void checkInputs(
      String model, Map<String, TensorDescription> declared, Map<String, Tensor> given) {
    for (String name : declared.keySet()) {
      if (!given.containsKey(name)) {
        throw new InvalidInputException(
            model
                + ": input '"
                + name
                + "' is missing; the graph takes "
                + declared
                + ", given were "
                + given);
      }
    }
    given.forEach((name, tensor) -> checkTensor(model, "input", declared, name, tensor));
  }

  static void checkOutput(String model, Map<String, TensorDescription> declared, String name) {
    if (!declared.containsKey(name)) {
      throw new InvalidInputException(
          model + ": the graph has no output '" + name + "'; it has " + declared.keySet());
    }
  }

  static void checkPinned(
      String model, Map<String, TensorDescription> declared, Map<String, Tensor> given) {
    given.forEach((name, tensor) -> checkTensor(model, "output", declared, name, tensor));
  }

  private static void checkTensor(
      String model,
      String role,
      Map<String, TensorDescription> declared,
      String name,
      Tensor tensor) {
    TensorDescription expected = declared.get(name);
    if (expected == null) {
      throw new InvalidInputException(
          model + ": the graph has no " + role + " '" + name + "'; it has " + declared.keySet());
    }
    if (tensor.type() != expected.type()) {
      throw unfit(model, role, expected, tensor, "the element types differ");
    }
    long[] shape = tensor.shape();
    if (shape.length != expected.rank()) {
      throw unfit(model, role, expected, tensor, "the numbers of dimensions differ");
    }
    for (int i = 0; i < shape.length; i++) {
      long size = expected.dimensions().get(i);
      if (size >= 0 && size != shape[i]) {
        throw unfit(model, role, expected, tensor, "dimension " + i + " must be " + size);
      }
    }
  }

  private static InvalidInputException unfit(
      String model, String role, TensorDescription expected, Tensor tensor, String why) {
    return new InvalidInputException(
        model
            + ": "
            + role
            + " '"
            + expected.name()
            + "' must be "
            + expected
            + ", given was "
            + tensor
            + ": "
            + why);
  }
}

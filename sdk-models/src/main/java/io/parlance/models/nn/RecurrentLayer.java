package io.parlance.models.nn;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.relu;
import static io.parlance.models.graph.Operators.sigmoid;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.split;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.tanh;
import static io.parlance.models.graph.Operators.transpose;
import static io.parlance.models.graph.Operators.unsqueeze;

import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One layer of a recurrent network; parameters and their order of gates are those of PyTorch. For
 * inference it is ONNX's recurrent operator, for training it is unrolled: there the length of the
 * sequence is fixed.
 *
 * @param cell what happens at each step
 * @param hidden width of the state
 * @param index the layer's number, which ends the names of its parameters
 */
public record RecurrentLayer(Cell cell, long hidden, int index) {

  /** What happens at each step. */
  public enum Cell {
    /** {@code tanh(W x + U h)} (Elman 1990). */
    TANH("RNN", 0),
    /** {@code relu(W x + U h)}. */
    RELU("RNN", 0),
    /** Gated recurrent unit (Cho et al. 2014, arXiv:1406.1078); reset after the product. */
    GRU("GRU", 1, 0, 2),
    /** Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate. */
    LSTM("LSTM", 0, 3, 1, 2);

    private final String operator;
    // where ONNX's gates are among PyTorch's: z r h of r z n, i o f c of i f g o
    private final int[] gates;

    Cell(String operator, int... gates) {
      this.operator = operator;
      this.gates = gates;
    }

    /** ONNX's operator, which is PyTorch's module as well. */
    public String operator() {
      return operator;
    }
  }

  /**
   * The state after a step.
   *
   * @param hidden [batch, hidden]
   * @param memory the cell of an LSTM [batch, hidden]; null for others
   */
  public record State(Value hidden, @Nullable Value memory) {}

  /**
   * What a layer makes of a sequence.
   *
   * @param sequence the hidden state after each step [batch, sequence, hidden]
   * @param last the state after the last step
   */
  public record Result(Value sequence, State last) {}

  private record Weights(Value input, Value recurrent, Value inputBias, Value recurrentBias) {}

  /**
   * Writes the layer.
   *
   * @param x [batch, sequence, width]
   * @param first the state before the first step
   * @throws IllegalArgumentException if the graph is for training and the length is not fixed
   */
  public Result apply(Scope scope, Value x, State first) {
    long rows = cell.gates.length * hidden;
    Initialization uniform = new Initialization.Uniform(1 / Math.sqrt(hidden));
    Weights weights =
        new Weights(
            scope.parameter("weight_ih_l" + index, uniform, rows, x.shape().get(-1).size()),
            scope.parameter("weight_hh_l" + index, uniform, rows, hidden),
            scope.parameter("bias_ih_l" + index, uniform, rows),
            scope.parameter("bias_hh_l" + index, uniform, rows));
    return scope.graph().target() == Graph.Target.INFERENCE
        ? operator(x, first, weights)
        : unrolled(x, first, weights);
  }

  private Result operator(Value x, State first, Weights weights) {
    Graph graph = x.graph();
    List<@Nullable Value> inputs = new ArrayList<>();
    inputs.add(transpose(x, 1, 0, 2)); // [sequence, batch, width]
    inputs.add(unsqueeze(reordered(weights.input), 0));
    inputs.add(unsqueeze(reordered(weights.recurrent), 0));
    Value biases = concat(0, reordered(weights.inputBias), reordered(weights.recurrentBias));
    inputs.add(unsqueeze(biases, 0));
    inputs.add(null); // all sequences are of one length
    inputs.add(unsqueeze(first.hidden, 0));
    if (first.memory != null) {
      inputs.add(unsqueeze(first.memory, 0));
    }
    Map<String, Object> attributes =
        switch (cell) {
          case TANH, LSTM -> Map.of("hidden_size", hidden);
          case RELU -> Map.of("hidden_size", hidden, "activations", List.of("Relu"));
          case GRU -> Map.of("hidden_size", hidden, "linear_before_reset", 1L);
        };
    List<Value> outputs = graph.append(cell.operator, inputs, attributes).outputs();
    return new Result(
        transpose(squeeze(outputs.get(0), 1), 1, 0, 2),
        new State(
            squeeze(outputs.get(1), 0), cell == Cell.LSTM ? squeeze(outputs.get(2), 0) : null));
  }

  /** The blocks of gates as ONNX orders them. */
  private Value reordered(Value weight) {
    if (cell.gates.length == 1) {
      return weight;
    }
    List<Value> blocks = split(weight, 0, sizes());
    Value[] ordered = new Value[cell.gates.length];
    for (int i = 0; i < ordered.length; i++) {
      ordered[i] = blocks.get(cell.gates[i]);
    }
    return concat(0, ordered);
  }

  private long[] sizes() {
    long[] sizes = new long[cell.gates.length];
    Arrays.fill(sizes, hidden);
    return sizes;
  }

  private Result unrolled(Value x, State first, Weights weights) {
    Dimension length = x.shape().get(1);
    if (!length.isFixed()) {
      throw new IllegalArgumentException(
          "a recurrent layer is trained on sequences of a fixed length, not of " + length);
    }
    Value projected = Linear.apply(x, weights.input, weights.inputBias); // for all steps at once
    State state = first;
    List<Value> states = new ArrayList<>();
    for (long step = 0; step < length.size(); step++) {
      Value given = squeeze(slice(projected, 1, step, step + 1), 1);
      Value known = Linear.apply(state.hidden, weights.recurrent, weights.recurrentBias);
      state = step(given, known, state);
      states.add(unsqueeze(state.hidden, 1));
    }
    return new Result(concat(1, states.toArray(Value[]::new)), state);
  }

  /**
   * One step.
   *
   * @param given what the input says to each gate [batch, gates * hidden]
   * @param known what the hidden state says
   */
  private State step(Value given, Value known, State state) {
    return switch (cell) {
      case TANH -> new State(tanh(add(given, known)), null);
      case RELU -> new State(relu(add(given, known)), null);
      case GRU -> {
        List<Value> from = split(given, 1, sizes());
        List<Value> and = split(known, 1, sizes());
        Value reset = sigmoid(add(from.get(0), and.get(0)));
        Value update = sigmoid(add(from.get(1), and.get(1)));
        Value candidate = tanh(add(from.get(2), mul(reset, and.get(2))));
        yield new State(add(mul(sub(1, update), candidate), mul(update, state.hidden)), null);
      }
      case LSTM -> {
        List<Value> gates = split(add(given, known), 1, sizes());
        Value memory = Objects.requireNonNull(state.memory);
        Value kept = mul(sigmoid(gates.get(1)), memory);
        Value next = add(kept, mul(sigmoid(gates.get(0)), tanh(gates.get(2))));
        yield new State(mul(sigmoid(gates.get(3)), tanh(next)), next);
      }
    };
  }
}

package io.parlance.tokenizers.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A task told to a model by an instruction and examples: none (zero-shot), one or a few. Models
 * that only continue text take {@link #text}, models that chat take {@link #messages}.
 *
 * @param instruction what is to be done; empty for none
 * @param examples inputs with the outputs that are wanted, in this order
 * @param inputLabel what stands before an input, {@code Input:} by default
 * @param outputLabel what stands before an output, {@code Output:} by default
 */
public record FewShotPrompt(
    String instruction, List<Example> examples, String inputLabel, String outputLabel) {
  private static final String SEPARATOR = "\n\n";

  /** An input with the output that is wanted for it. */
  public record Example(String input, String output) {
    /** Refuses null. */
    public Example {
      Objects.requireNonNull(input, "the input of an example is null");
      Objects.requireNonNull(output, "the output of an example is null");
    }
  }

  /** Copies the examples. */
  public FewShotPrompt {
    Objects.requireNonNull(instruction, "the instruction is null; pass an empty string for none");
    Objects.requireNonNull(inputLabel, "the label of inputs is null");
    Objects.requireNonNull(outputLabel, "the label of outputs is null");
    examples = List.copyOf(examples);
  }

  /** A prompt without examples. */
  public static FewShotPrompt of(String instruction) {
    return new FewShotPrompt(instruction, List.of(), "Input:", "Output:");
  }

  /** This prompt with one more example. */
  public FewShotPrompt withExample(String input, String output) {
    List<Example> more = new ArrayList<>(examples);
    more.add(new Example(input, output));
    return new FewShotPrompt(instruction, more, inputLabel, outputLabel);
  }

  /** This prompt with other labels, such as {@code Question:} and {@code Answer:}. */
  public FewShotPrompt withLabels(String input, String output) {
    return new FewShotPrompt(instruction, examples, input, output);
  }

  /**
   * The prompt for one input as a text: instruction and examples parted by an empty line, ending
   * with the output label. There is no space at the end, because tokenizers put it into the first
   * token of the answer; a generation stops well at an empty line.
   */
  public String text(String input) {
    List<String> parts = new ArrayList<>();
    if (!instruction.isEmpty()) {
      parts.add(instruction);
    }
    for (Example example : examples) {
      parts.add(
          labelled(inputLabel, example.input()) + "\n" + labelled(outputLabel, example.output()));
    }
    parts.add(labelled(inputLabel, input) + "\n" + outputLabel);
    return String.join(SEPARATOR, parts);
  }

  private static String labelled(String label, String text) {
    return label.isEmpty() ? text : label + " " + text;
  }

  /**
   * The prompt for one input as a conversation: the instruction as system message, each example as
   * a question and its answer, the input as the last question. Labels are not used.
   */
  public List<ChatMessage> messages(String input) {
    List<ChatMessage> messages = new ArrayList<>();
    if (!instruction.isEmpty()) {
      messages.add(ChatMessage.system(instruction));
    }
    for (Example example : examples) {
      messages.add(ChatMessage.user(example.input()));
      messages.add(ChatMessage.assistant(example.output()));
    }
    messages.add(ChatMessage.user(input));
    return List.copyOf(messages);
  }
}

package io.parlance.tokenizers.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FewShotPromptTest {
  private static final FewShotPrompt SENTIMENT =
      FewShotPrompt.of("Say whether the text is positive or negative.")
          .withExample("What a film!", "positive")
          .withExample("I left early.", "negative");

  @Test
  void examplesArePartedByAnEmptyLine() {
    assertThat(SENTIMENT.text("Great."))
        .isEqualTo(
            """
            Say whether the text is positive or negative.

            Input: What a film!
            Output: positive

            Input: I left early.
            Output: negative

            Input: Great.
            Output:\
            """);
  }

  @Test
  void zeroShotNeedsNoExampleAndNoInstruction() {
    assertThat(FewShotPrompt.of("").withLabels("Question:", "Answer:").text("Who?"))
        .isEqualTo("Question: Who?\nAnswer:");
    assertThat(FewShotPrompt.of("Translate.").withLabels("", "French:").text("cheese"))
        .isEqualTo("Translate.\n\ncheese\nFrench:");
  }

  @Test
  void conversationsAlternate() {
    assertThat(SENTIMENT.messages("Great."))
        .containsExactly(
            ChatMessage.system("Say whether the text is positive or negative."),
            ChatMessage.user("What a film!"),
            ChatMessage.assistant("positive"),
            ChatMessage.user("I left early."),
            ChatMessage.assistant("negative"),
            ChatMessage.user("Great."));
    assertThat(FewShotPrompt.of("").messages("Great.")).containsExactly(ChatMessage.user("Great."));
  }
}

package io.parlance.spring.springai;

import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.spring.chat.ChatSettings;
import io.parlance.task.TextGenerator;
import io.parlance.tokenizers.chat.ChatMessage;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.MediaContent;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * A generator as Spring AI sees it: messages go through the model's own chat template. Thread-safe.
 *
 * <p>Temperature, top p, top k, the most tokens and stop sequences are taken from the options; what
 * they leave out is as the model's {@code generation_config.json} says. Penalties, tools and media
 * are refused rather than ignored; a model name is not looked at.
 */
public final class ParlanceChatModel implements ChatModel {
  private final TextGenerator generator;

  /** Takes the options of the view as defaults. */
  public ParlanceChatModel(TextGenerator generator) {
    this.generator = generator;
  }

  /**
   * Answers.
   *
   * @throws InvalidInputException if the prompt has what the model does not do
   * @throws io.parlance.ModelUnusableException if the model has no chat template
   */
  @Override
  public ChatResponse call(Prompt prompt) {
    Generation answer = generator(prompt).chat(messages(prompt));
    String reason =
        switch (answer.finishReason()) {
          case LENGTH -> "LENGTH";
          case END_TOKEN, STOP_STRING, CONDITION -> "STOP";
          case TIME -> "TIME";
        };
    return ChatResponse.builder()
        .generations(
            List.of(
                new org.springframework.ai.chat.model.Generation(
                    new AssistantMessage(answer.text()),
                    ChatGenerationMetadata.builder().finishReason(reason).build())))
        .metadata(
            ChatResponseMetadata.builder()
                .model("parlance")
                .usage(new DefaultUsage(answer.promptTokens(), answer.tokenIds().size()))
                .build())
        .build();
  }

  /**
   * Answers piece by piece; the model works while the pieces are taken, on a thread that may wait.
   */
  @Override
  public Flux<ChatResponse> stream(Prompt prompt) {
    TextGenerator asked = generator(prompt);
    List<ChatMessage> messages = messages(prompt);
    return Flux.using(() -> asked.streamChat(messages), Flux::fromStream, Stream::close)
        .subscribeOn(Schedulers.boundedElastic())
        .map(
            piece ->
                new ChatResponse(
                    List.of(
                        new org.springframework.ai.chat.model.Generation(
                            new AssistantMessage(piece)))));
  }

  private TextGenerator generator(Prompt prompt) {
    ChatOptions options = prompt.getOptions();
    if (options == null) {
      return generator;
    }
    if (options instanceof ToolCallingChatOptions tools && !isEmpty(tools.getToolCallbacks())) {
      throw new InvalidInputException("tools are not supported; ask without them");
    }
    return new ChatSettings(
            options.getMaxTokens(),
            options.getTemperature(),
            options.getTopP(),
            options.getTopK(),
            options.getStopSequences(),
            options.getFrequencyPenalty(),
            options.getPresencePenalty())
        .applyTo(generator);
  }

  private static boolean isEmpty(@Nullable List<?> list) {
    return list == null || list.isEmpty();
  }

  private static List<ChatMessage> messages(Prompt prompt) {
    return prompt.getInstructions().stream().map(ParlanceChatModel::message).toList();
  }

  private static ChatMessage message(Message message) {
    if (message instanceof MediaContent media && !isEmpty(media.getMedia())) {
      throw new InvalidInputException("media in messages are not supported; send text");
    }
    if (message instanceof ToolResponseMessage) {
      throw new InvalidInputException("answers of tools are not supported; ask without them");
    }
    String text = message.getText();
    return ChatMessage.of(
        message.getMessageType().getValue().toLowerCase(Locale.ROOT), text == null ? "" : text);
  }
}

package io.parlance.spring.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.spring.chat.ChatSettings;
import io.parlance.task.TextGenerator;
import io.parlance.tokenizers.chat.ChatMessage;
import java.util.List;

/** From LangChain4j's requests to ours, and from our answers to its. */
final class ChatExchange {
  private ChatExchange() {}

  /** The generator with a request's settings; what we cannot do is refused. */
  static TextGenerator generator(TextGenerator generator, ChatRequest request) {
    if (request.toolSpecifications() != null && !request.toolSpecifications().isEmpty()) {
      throw new InvalidInputException("tools are not supported; ask without them");
    }
    if (request.responseFormat() != null
        && request.responseFormat().type() != ResponseFormatType.TEXT) {
      throw new InvalidInputException(
          "the response format "
              + request.responseFormat().type()
              + " is not supported; ask for text");
    }
    return new ChatSettings(
            request.maxOutputTokens(),
            request.temperature(),
            request.topP(),
            request.topK(),
            request.stopSequences(),
            request.frequencyPenalty(),
            request.presencePenalty())
        .applyTo(generator);
  }

  static List<ChatMessage> messages(ChatRequest request) {
    return request.messages().stream().map(ChatExchange::message).toList();
  }

  private static ChatMessage message(dev.langchain4j.data.message.ChatMessage message) {
    if (message instanceof SystemMessage system) {
      return ChatMessage.system(system.text());
    }
    if (message instanceof UserMessage user && user.hasSingleText()) {
      return ChatMessage.user(user.singleText());
    }
    if (message instanceof AiMessage answer && !answer.hasToolExecutionRequests()) {
      return ChatMessage.assistant(answer.text());
    }
    throw new InvalidInputException(
        "messages of kind "
            + message.type()
            + " are supported with a single text only; send texts of system, user and assistant");
  }

  static ChatResponse response(Generation answer) {
    int read = answer.promptTokens();
    int written = answer.tokenIds().size();
    return ChatResponse.builder()
        .aiMessage(AiMessage.from(answer.text()))
        .modelName("parlance")
        .tokenUsage(new TokenUsage(read, written, read + written))
        .finishReason(
            switch (answer.finishReason()) {
              case LENGTH -> FinishReason.LENGTH;
              case END_TOKEN, STOP_STRING, CONDITION -> FinishReason.STOP;
              case TIME -> FinishReason.OTHER;
            })
        .build();
  }
}

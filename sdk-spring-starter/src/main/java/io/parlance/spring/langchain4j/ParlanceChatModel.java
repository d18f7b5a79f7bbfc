package io.parlance.spring.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.parlance.task.TextGenerator;

/**
 * A generator as LangChain4j sees it: messages go through the model's own chat template. Settings
 * that a request leaves out are those of the model. Penalties, tools, JSON and messages that are
 * not text are refused rather than ignored. Thread-safe.
 */
public final class ParlanceChatModel implements ChatModel {
  private final TextGenerator generator;

  /** Takes the options of the view as defaults. */
  public ParlanceChatModel(TextGenerator generator) {
    this.generator = generator;
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    return ChatExchange.response(
        ChatExchange.generator(generator, request).chat(ChatExchange.messages(request)));
  }
}

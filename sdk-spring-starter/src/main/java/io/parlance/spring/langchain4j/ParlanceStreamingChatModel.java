package io.parlance.spring.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.parlance.Generation;
import io.parlance.task.TextGenerator;
import io.parlance.tokenizers.chat.ChatMessage;
import java.util.List;
import java.util.concurrent.Executor;

/** As {@link ParlanceChatModel}, piece by piece, on a thread of the executor. Thread-safe. */
public final class ParlanceStreamingChatModel implements StreamingChatModel {
  private final TextGenerator generator;
  private final Executor executor;

  /** Takes the options of the view as defaults. */
  public ParlanceStreamingChatModel(TextGenerator generator, Executor executor) {
    this.generator = generator;
    this.executor = executor;
  }

  @Override
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    TextGenerator asked = ChatExchange.generator(generator, request);
    List<ChatMessage> messages = ChatExchange.messages(request);
    executor.execute(
        () -> {
          Generation answer;
          try {
            answer = asked.chat(messages, handler::onPartialResponse);
          } catch (RuntimeException e) {
            handler.onError(e);
            return;
          }
          handler.onCompleteResponse(ChatExchange.response(answer));
        });
  }
}

package io.parlance.spring.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import io.parlance.InvalidInputException;
import io.parlance.Nlp;
import io.parlance.spring.Fixtures;
import io.parlance.spring.ParlanceAutoConfiguration;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class LangChain4jAutoConfigurationTest {
  private final ApplicationContextRunner bare =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  ParlanceAutoConfiguration.class, LangChain4jAutoConfiguration.class));
  private final ApplicationContextRunner encoders =
      bare.withPropertyValues(
          "parlance.embedder=" + Fixtures.folder("minilm-sentence-embedding"),
          "parlance.ranker=" + Fixtures.folder("rerank-bert"));

  @TempDir private Path folder;

  @Test
  void embedsWhatTheEmbedderEmbeds() {
    encoders.run(
        context -> {
          EmbeddingModel model = context.getBean(EmbeddingModel.class);
          Nlp nlp = context.getBean(Nlp.class);
          List<TextSegment> segments =
              List.of(TextSegment.from("The hotel was good."), TextSegment.from("bad"));
          Response<List<dev.langchain4j.data.embedding.Embedding>> response =
              model.embedAll(segments);
          for (int i = 0; i < 2; i++) {
            assertThat(response.content().get(i).vector())
                .isEqualTo(nlp.embed(segments.get(i).text()).vector());
          }
          assertThat(response.tokenUsage().inputTokenCount())
              .isEqualTo(
                  nlp.embed("The hotel was good.").tokenCount() + nlp.embed("bad").tokenCount());
          assertThat(model.embed("bad").content().vector()).isEqualTo(nlp.embed("bad").vector());
          assertThat(model.dimension()).isEqualTo(nlp.embed("bad").dimension());
        });
  }

  @Test
  void scoresWhatTheRankerScores() {
    encoders.run(
        context -> {
          ScoringModel model = context.getBean(ScoringModel.class);
          Nlp nlp = context.getBean(Nlp.class);
          List<TextSegment> segments =
              List.of(TextSegment.from("The hotel was good."), TextSegment.from("A bad film."));
          List<Double> scores = model.scoreAll(segments, "good hotel").content();
          for (int i = 0; i < 2; i++) {
            assertThat(scores.get(i))
                .isEqualTo(nlp.ranker().relevance("good hotel", segments.get(i).text()).score());
          }
        });
  }

  private ChatRequest.Builder request() {
    return ChatRequest.builder()
        .messages(
            SystemMessage.from("Be brief."),
            UserMessage.from("Where?"),
            AiMessage.from("There."),
            UserMessage.from("The hotel"));
  }

  @Test
  void chatsThroughTheModelsTemplate() throws Exception {
    bare.withPropertyValues("parlance.generator=" + Fixtures.chat(folder))
        .run(
            context -> {
              ChatRequest request = request().maxOutputTokens(24).temperature(0.0).build();
              ChatResponse answer = context.getBean(ChatModel.class).chat(request);
              var expected =
                  context
                      .getBean(Nlp.class)
                      .generator()
                      .greedy()
                      .maxNewTokens(24)
                      .generate(
                          "system: Be brief.\nuser: Where?\nassistant: There.\nuser: The hotel\n"
                              + "assistant:");
              assertThat(answer.aiMessage().text()).isEqualTo(expected.text());
              assertThat(answer.tokenUsage().inputTokenCount()).isEqualTo(expected.promptTokens());
              assertThat(answer.tokenUsage().outputTokenCount())
                  .isEqualTo(expected.tokenIds().size());
              assertThat(answer.finishReason())
                  .isEqualTo(
                      expected.finishReason() == io.parlance.FinishReason.LENGTH
                          ? FinishReason.LENGTH
                          : FinishReason.STOP);

              StringBuffer pieces = new StringBuffer();
              CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
              context.getBean(StreamingChatModel.class).chat(request, handler(pieces, whole));
              assertThat(whole.get().aiMessage()).isEqualTo(answer.aiMessage());
              assertThat(pieces).hasToString(expected.text());
            });
  }

  private static StreamingChatResponseHandler handler(
      StringBuffer pieces, CompletableFuture<ChatResponse> whole) {
    return new StreamingChatResponseHandler() {
      @Override
      public void onPartialResponse(String piece) {
        pieces.append(piece);
      }

      @Override
      public void onCompleteResponse(ChatResponse response) {
        whole.complete(response);
      }

      @Override
      public void onError(Throwable error) {
        whole.completeExceptionally(error);
      }
    };
  }

  @Test
  void refusesWhatItWouldOtherwiseIgnore() throws Exception {
    bare.withPropertyValues("parlance.generator=" + Fixtures.chat(folder))
        .run(
            context -> {
              ChatModel model = context.getBean(ChatModel.class);
              for (ChatRequest request :
                  List.of(
                      request().frequencyPenalty(0.5).build(),
                      request().responseFormat(ResponseFormat.JSON).build(),
                      ChatRequest.builder()
                          .messages(ToolExecutionResultMessage.from("1", "clock", "12"))
                          .build())) {
                assertThatThrownBy(() -> model.chat(request))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("supported");
              }
            });
  }

  @Test
  void aStreamTellsItsFailure() throws Exception {
    bare.withPropertyValues("parlance.generator=" + Fixtures.folder("gpt2-with-past"))
        .run(
            context -> {
              CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
              context
                  .getBean(StreamingChatModel.class)
                  .chat(request().build(), handler(new StringBuffer(), whole));
              assertThatThrownBy(whole::get).hasMessageContaining("chat template");
            });
  }

  @Test
  void withoutModelsThereIsNothing() {
    bare.run(
        context ->
            assertThat(context)
                .doesNotHaveBean(EmbeddingModel.class)
                .doesNotHaveBean(ScoringModel.class)
                .doesNotHaveBean(ChatModel.class)
                .doesNotHaveBean(StreamingChatModel.class));
  }

  @Test
  void theApplicationsOwnWins() {
    ScoringModel own = (segments, query) -> Response.from(List.of());
    encoders
        .withBean("own", ScoringModel.class, () -> own)
        .run(context -> assertThat(context.getBean(ScoringModel.class)).isSameAs(own));
  }

  @Test
  void withoutLangChain4jThereIsNothing() {
    encoders
        .withClassLoader(new FilteredClassLoader("dev.langchain4j"))
        .run(
            context ->
                assertThat(context)
                    .hasSingleBean(Nlp.class)
                    .doesNotHaveBean("parlanceLangChain4jEmbeddingModel"));
  }
}

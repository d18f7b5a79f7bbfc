package io.parlance.spring.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.InvalidInputException;
import io.parlance.Nlp;
import io.parlance.spring.Fixtures;
import io.parlance.spring.ParlanceAutoConfiguration;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class SpringAiAutoConfigurationTest {
  private final ApplicationContextRunner bare =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  ParlanceAutoConfiguration.class, SpringAiAutoConfiguration.class));
  private final ApplicationContextRunner embedding =
      bare.withPropertyValues("parlance.embedder=" + Fixtures.folder("minilm-sentence-embedding"));

  @TempDir private Path folder;

  private ApplicationContextRunner chat() throws Exception {
    return bare.withPropertyValues("parlance.generator=" + Fixtures.chat(folder));
  }

  @Test
  void embedsWhatTheEmbedderEmbeds() {
    embedding.run(
        context -> {
          EmbeddingModel model = context.getBean(EmbeddingModel.class);
          Nlp nlp = context.getBean(Nlp.class);
          List<String> texts = List.of("The hotel was good.", "bad");
          EmbeddingResponse response = model.embedForResponse(texts);
          assertThat(response.getResults()).hasSize(2);
          int tokens = 0;
          for (int i = 0; i < 2; i++) {
            assertThat(response.getResults().get(i).getIndex()).isEqualTo(i);
            assertThat(response.getResults().get(i).getOutput())
                .isEqualTo(nlp.embed(texts.get(i)).vector());
            tokens += nlp.embed(texts.get(i)).tokenCount();
          }
          assertThat(response.getMetadata().getUsage().getTotalTokens()).isEqualTo(tokens);
          assertThat(model.embed("bad")).isEqualTo(nlp.embed("bad").vector());
          assertThat(model.embed(new Document("bad", Map.of())))
              .isEqualTo(nlp.embed("bad").vector());
          assertThat(model.dimensions()).isEqualTo(nlp.embed("bad").dimension());
        });
  }

  @Test
  void refusesOtherDimensions() {
    embedding.run(
        context -> {
          EmbeddingOptions seven = EmbeddingOptions.builder().dimensions(7).build();
          assertThatThrownBy(
                  () ->
                      context
                          .getBean(EmbeddingModel.class)
                          .call(new EmbeddingRequest(List.of("a"), seven)))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("vectors of 7 numbers");
        });
  }

  @Test
  void chatsThroughTheModelsTemplate() throws Exception {
    chat()
        .run(
            context -> {
              ChatModel model = context.getBean(ChatModel.class);
              Nlp nlp = context.getBean(Nlp.class);
              Prompt prompt =
                  new Prompt(
                      List.of(new SystemMessage("Be brief."), new UserMessage("The hotel")),
                      ChatOptions.builder().maxTokens(24).temperature(0.0).build());
              ChatResponse answer = model.call(prompt);
              var expected =
                  nlp.generator()
                      .greedy()
                      .maxNewTokens(24)
                      .generate("system: Be brief.\nuser: The hotel\nassistant:");
              assertThat(answer.getResult().getOutput().getText()).isEqualTo(expected.text());
              assertThat(answer.getResult().getMetadata().getFinishReason()).isEqualTo("LENGTH");
              assertThat(answer.getMetadata().getUsage().getPromptTokens())
                  .isEqualTo(expected.promptTokens());
              assertThat(answer.getMetadata().getUsage().getCompletionTokens())
                  .isEqualTo(expected.tokenIds().size());
              List<String> pieces =
                  model.stream(prompt)
                      .map(piece -> piece.getResult().getOutput().getText())
                      .collectList()
                      .block();
              assertThat(String.join("", pieces)).isEqualTo(expected.text());
              assertThat(pieces).doesNotContain("");
            });
  }

  @Test
  void refusesWhatItWouldOtherwiseIgnore() throws Exception {
    chat()
        .run(
            context -> {
              ChatModel model = context.getBean(ChatModel.class);
              for (ChatOptions options :
                  List.of(
                      ChatOptions.builder().frequencyPenalty(0.5).build(),
                      ChatOptions.builder().presencePenalty(0.5).build())) {
                assertThatThrownBy(() -> model.call(new Prompt("a", options)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("penalty of 0.5 is not supported");
              }
              assertThatThrownBy(
                      () ->
                          model.call(
                              ToolResponseMessage.builder()
                                  .responses(
                                      List.of(
                                          new ToolResponseMessage.ToolResponse("1", "clock", "12")))
                                  .build()))
                  .isInstanceOf(InvalidInputException.class)
                  .hasMessageContaining("tools");
              assertThatThrownBy(
                      () -> model.call(new Prompt("a", ChatOptions.builder().topK(-1).build())))
                  .isInstanceOf(InvalidInputException.class);
            });
  }

  @Test
  void withoutAModelThereIsNothing() {
    bare.run(
        context ->
            assertThat(context)
                .doesNotHaveBean(EmbeddingModel.class)
                .doesNotHaveBean(ChatModel.class));
  }

  @Test
  void anotherProviderCanBeChosen() throws Exception {
    embedding
        .withPropertyValues("spring.ai.model.embedding=openai")
        .run(context -> assertThat(context).doesNotHaveBean(EmbeddingModel.class));
    chat()
        .withPropertyValues("spring.ai.model.chat=none")
        .run(context -> assertThat(context).doesNotHaveBean(ChatModel.class));
    embedding
        .withPropertyValues("spring.ai.model.embedding=parlance")
        .run(context -> assertThat(context).hasSingleBean(EmbeddingModel.class));
  }

  @Test
  void theApplicationsOwnWins() {
    try (Nlp other = Nlp.create()) {
      EmbeddingModel own = new ParlanceEmbeddingModel(other.embedder());
      embedding
          .withBean("own", EmbeddingModel.class, () -> own)
          .run(context -> assertThat(context.getBean(EmbeddingModel.class)).isSameAs(own));
    }
  }

  @Test
  void namedInstancesDoNotStandInItsWay() {
    embedding
        .withPropertyValues("parlance.instances.a.embedder=x")
        .run(context -> assertThat(context).hasSingleBean(EmbeddingModel.class));
  }

  @Test
  void withoutSpringAiThereIsNothing() {
    embedding
        .withClassLoader(new FilteredClassLoader("org.springframework.ai"))
        .run(
            context ->
                assertThat(context)
                    .hasSingleBean(Nlp.class)
                    .doesNotHaveBean("parlanceEmbeddingModel"));
  }
}

package io.parlance.spring.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.scoring.ScoringModel;
import io.parlance.Nlp;
import io.parlance.spring.ParlanceAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * LangChain4j's {@link EmbeddingModel} where {@code parlance.embedder} names a model, its {@link
 * ScoringModel} where {@code parlance.ranker} does, its {@link ChatModel} and {@link
 * StreamingChatModel} where {@code parlance.generator} does.
 */
@AutoConfiguration(after = ParlanceAutoConfiguration.class)
@ConditionalOnClass(EmbeddingModel.class)
@ConditionalOnSingleCandidate(Nlp.class)
public final class LangChain4jAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean(EmbeddingModel.class)
  @ConditionalOnProperty("parlance.embedder")
  ParlanceEmbeddingModel parlanceLangChain4jEmbeddingModel(Nlp nlp) {
    return new ParlanceEmbeddingModel(nlp.embedder());
  }

  @Bean
  @ConditionalOnMissingBean(ScoringModel.class)
  @ConditionalOnProperty("parlance.ranker")
  ParlanceScoringModel parlanceLangChain4jScoringModel(Nlp nlp) {
    return new ParlanceScoringModel(nlp.ranker());
  }

  @Bean
  @ConditionalOnMissingBean(ChatModel.class)
  @ConditionalOnProperty("parlance.generator")
  ParlanceChatModel parlanceLangChain4jChatModel(Nlp nlp) {
    return new ParlanceChatModel(nlp.generator());
  }

  @Bean
  @ConditionalOnMissingBean(StreamingChatModel.class)
  @ConditionalOnProperty("parlance.generator")
  ParlanceStreamingChatModel parlanceLangChain4jStreamingChatModel(
      Nlp nlp, ObjectProvider<AsyncTaskExecutor> executor) {
    return new ParlanceStreamingChatModel(
        nlp.generator(), executor.getIfUnique(() -> new SimpleAsyncTaskExecutor("parlance-chat-")));
  }
}

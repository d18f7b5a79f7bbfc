package io.parlance.spring.springai;

import io.parlance.Nlp;
import io.parlance.spring.ParlanceAutoConfiguration;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Spring AI's {@link EmbeddingModel} where {@code parlance.embedder} names a model, and its {@link
 * ChatModel} where {@code parlance.generator} does. Where several providers are on the class path,
 * {@code spring.ai.model.embedding} and {@code spring.ai.model.chat} choose; ours is {@code
 * parlance}.
 */
@AutoConfiguration(after = ParlanceAutoConfiguration.class)
@ConditionalOnClass({EmbeddingModel.class, ChatModel.class})
@ConditionalOnSingleCandidate(Nlp.class)
public final class SpringAiAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean(EmbeddingModel.class)
  @ConditionalOnProperty("parlance.embedder")
  @ConditionalOnProperty(
      name = "spring.ai.model.embedding",
      havingValue = "parlance",
      matchIfMissing = true)
  ParlanceEmbeddingModel parlanceEmbeddingModel(Nlp nlp) {
    return new ParlanceEmbeddingModel(nlp.embedder());
  }

  @Bean
  @ConditionalOnMissingBean(ChatModel.class)
  @ConditionalOnProperty("parlance.generator")
  @ConditionalOnProperty(
      name = "spring.ai.model.chat",
      havingValue = "parlance",
      matchIfMissing = true)
  ParlanceChatModel parlanceChatModel(Nlp nlp) {
    return new ParlanceChatModel(nlp.generator());
  }
}

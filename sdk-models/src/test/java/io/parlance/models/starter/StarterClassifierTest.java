package io.parlance.models.starter;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.Classification;
import io.parlance.Nlp;
import io.parlance.runtime.NativeHandles;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The starter model answers without configuration; the expected intents are BANKING77's own names.
 */
class StarterClassifierTest {

  @Test
  void sortsRequestsToABank() {
    long before = NativeHandles.live();
    try (Nlp nlp = Nlp.create()) {
      List<Classification> results =
          nlp.classify(
              List.of(
                  "I was charged twice this month",
                  "Where is my new card?",
                  "How do I change my PIN?",
                  "What is the exchange rate for euros?"));
      assertThat(results)
          .extracting(Classification::label)
          .containsExactly(
              "transaction_charged_twice", "card_arrival", "change_pin", "exchange_rate");
      assertThat(nlp.classify("I was charged twice this month").score())
          .isEqualTo(results.get(0).score());
    }
    assertThat(NativeHandles.live()).isEqualTo(before);
  }
}

package io.parlance.samples.web;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How much one visitor, and all of them together, may ask for.
 *
 * @param body Size of a request's body.
 * @param characters UTF-16 units of one text.
 * @param documents Documents to rank, or labels to choose from.
 * @param newTokens Tokens that a model may write for one request.
 * @param beams Sequences that beam search may follow.
 * @param calls Calls of models that go on at a time.
 * @param writers Calls of models that write text that go on at a time. They take long, and are not
 *     counted as calls.
 * @param waiting Requests of each kind that may wait for their turn. Further ones are refused.
 * @param patience Time that a request may wait for its turn.
 * @param drain Time for which open connections are still served when the application is to end.
 */
@ConfigurationProperties(value = "web.limits", ignoreUnknownFields = false)
record WebLimits(
    @DefaultValue("1MB") DataSize body,
    @DefaultValue("20000") int characters,
    @DefaultValue("64") int documents,
    @DefaultValue("512") int newTokens,
    @DefaultValue("8") int beams,
    @DefaultValue("16") int calls,
    @DefaultValue("4") int writers,
    @DefaultValue("500") int waiting,
    @DefaultValue("10s") Duration patience,
    @DefaultValue("2s") Duration drain) {

  WebLimits {
    positive("characters", characters);
    positive("documents", documents);
    positive("new-tokens", newTokens);
    positive("beams", beams);
    positive("calls", calls);
    positive("writers", writers);
    if (body.toBytes() < 1) {
      throw new IllegalArgumentException("web.limits.body " + body + " must be positive");
    }
    if (waiting < 0) {
      throw new IllegalArgumentException("web.limits.waiting " + waiting + " must be 0 or more");
    }
    notNegative("patience", patience);
    notNegative("drain", drain);
  }

  private static void notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException("web.limits." + name + " " + value + " must be 0 or more");
    }
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("web.limits." + name + " " + value + " must be positive");
    }
  }
}

package io.parlance.samples.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.samples.web.Admission.BusyException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/** What happens when more is asked for than can be done, and when the application ends. */
class LimitsTest {
  @Test
  void moreThanMayWaitIsRefusedAndToldWhenToComeBack() throws Exception {
    try (Server server =
        Server.start(
            List.of(
                "parlance.startup=lazy",
                "web.limits.calls=1",
                "web.limits.waiting=0",
                "web.limits.patience=7s"))) {
      server.gate().close();
      CompletableFuture<HttpResponse<String>> first =
          server.postLater("/api/classify", "{\"text\": \"charged twice\"}");
      server.gate().awaitCall();
      HttpResponse<String> refused = server.post("/api/classify", "{\"text\": \"lost card\"}");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).hasValue("7");
      assertThat(Server.json(refused.body()).get("type").asText())
          .isEqualTo("urn:parlance:problem:busy");
      server.gate().open();
      assertThat(first.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      assertThat(server.post("/api/classify", "{\"text\": \"lost card\"}").statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void whoWaitsTooLongIsRefusedAndItsPlaceIsFree() {
    Admission admission = new Admission(1, 1, Duration.ofMillis(5));
    String outcome =
        admission.call(
            () -> {
              for (int i = 0; i < 3; i++) { // a lost place would change the message
                assertThatThrownBy(
                        () ->
                            CompletableFuture.supplyAsync(() -> admission.call(() -> "in")).join())
                    .hasCauseInstanceOf(BusyException.class)
                    .hasMessageContaining("waited 5 ms");
              }
              return "done";
            });
    assertThat(outcome).isEqualTo("done");
    assertThat(admission.call(() -> "in")).isEqualTo("in");
  }

  @Test
  void callsInFlightEndBeforeTheApplicationDoes() throws Exception {
    Server server = Server.start(List.of("parlance.startup=lazy"));
    server.gate().close();
    CompletableFuture<HttpResponse<String>> call =
        server.postLater("/api/classify", "{\"text\": \"I was charged twice\"}");
    server.gate().awaitCall();
    server
        .context()
        .addApplicationListener(
            (ApplicationListener<ContextClosedEvent>) closed -> server.gate().open());
    server.context().close();
    HttpResponse<String> response = call.get(30, TimeUnit.SECONDS);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(Server.json(response.body()).at("/result/label").asText())
        .isEqualTo("transaction_charged_twice");
  }

  @Test
  void openConnectionsAreServedOnceMoreWhenNoNewOnesAreTaken() throws Exception {
    try (Server server = Server.start(List.of("parlance.startup=lazy"))) {
      assertThat(server.get("/api/models").headers().firstValue("Connection")).isEmpty();
      server.context().getBean(ConnectionDrain.class).stop();
      HttpResponse<String> last = server.get("/api/models"); // on the connection of the first
      assertThat(last.statusCode()).isEqualTo(200);
      assertThat(last.headers().firstValue("Connection")).hasValue("close");
      assertThatThrownBy(() -> server.get("/api/models")).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void limitsThatCannotBeMeantStopTheStart() {
    assertThatThrownBy(() -> Server.start(List.of("web.limits.calls=0")))
        .rootCause()
        .hasMessage("web.limits.calls 0 must be positive");
  }
}

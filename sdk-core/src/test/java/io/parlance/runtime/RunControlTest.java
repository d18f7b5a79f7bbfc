package io.parlance.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class RunControlTest {
  @Test
  void failsEveryResultThatItsWorkWouldHaveGiven() {
    RunControl control = RunControl.create();
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = new CompletableFuture<>();
    control.failWhenStopped(first);
    control.failWhenStopped(second);
    control.cancel();
    assertThatThrownBy(first::get).hasCauseInstanceOf(CancelledException.class);
    assertThatThrownBy(second::get).hasCauseInstanceOf(CancelledException.class);
    assertThat(control.runsInFlight()).isZero();
  }

  @Test
  void leavesResultsThatAreThere() throws Exception {
    RunControl control = RunControl.create();
    CompletableFuture<String> result = new CompletableFuture<>();
    control.failWhenStopped(result);
    result.complete("done");
    assertThat(control.runsInFlight()).isZero();
    control.cancel();
    assertThat(result.get()).isEqualTo("done");
  }

  @Test
  void failsResultsWhenTheTimeIsOver() {
    CompletableFuture<String> result = new CompletableFuture<>();
    RunControl.withTimeout(Duration.ofMillis(1)).failWhenStopped(result);
    assertThatThrownBy(result::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(DeadlineExceededException.class);
  }

  @Test
  void failsAResultAtOnceWhereItWasStoppedBefore() {
    RunControl control = RunControl.create();
    control.cancel();
    CompletableFuture<String> result = new CompletableFuture<>();
    control.failWhenStopped(result);
    assertThatThrownBy(result::get).hasCauseInstanceOf(CancelledException.class);
  }
}

package io.parlance.samples.web;

import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import io.parlance.QueueFullException;
import io.parlance.samples.web.Admission.BusyException;
import io.parlance.samples.web.GenerationController.UnknownGenerationException;
import io.parlance.samples.web.RequestFilter.BodyTooLargeException;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * What a client is told of something that went wrong, as RFC 9457 has it.
 *
 * @param code last part of the problem's type
 * @param detail for people
 * @param retryAfter when to try again, or null where that does not help
 * @param property what to set so that it works, or null
 */
record Problem(
    HttpStatus status,
    String code,
    String title,
    String detail,
    @Nullable Duration retryAfter,
    @Nullable String property) {
  private static final String TYPE = "urn:parlance:problem:";
  private static final Duration SOON = Duration.ofSeconds(5);

  /** What this failure is to a client. Internal ones tell nothing of what is inside. */
  static Problem of(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof InvalidInputException) {
      return invalid("invalid-input", "The input cannot be used", message);
    }
    if (failure instanceof BodyTooLargeException) {
      return of(HttpStatus.CONTENT_TOO_LARGE, "body-too-large", "The body is too large", message);
    }
    if (failure instanceof UnknownModelException) {
      return of(HttpStatus.NOT_FOUND, "unknown-model", "There is no such model", message);
    }
    if (failure instanceof UnknownGenerationException) {
      return of(HttpStatus.NOT_FOUND, "unknown-generation", "There is no such generation", message);
    }
    if (failure instanceof ModelNotConfiguredException none) {
      return new Problem(
          HttpStatus.NOT_FOUND,
          "model-not-configured",
          "No model is configured for this task",
          message,
          null,
          none.property());
    }
    if (failure instanceof BusyException busy) {
      return unavailable("busy", "Too busy", message, Duration.ofSeconds(busy.retryAfterSeconds()));
    }
    if (failure instanceof QueueFullException) {
      return unavailable("busy", "Too busy", message, SOON);
    }
    if (failure instanceof DeadlineExceededException) {
      return unavailable("timeout", "It took too long", message, SOON);
    }
    if (failure instanceof CancelledException) {
      return unavailable("stopping", "The service is stopping", message, SOON);
    }
    if (failure instanceof NlpException) {
      return of(
          HttpStatus.INTERNAL_SERVER_ERROR,
          "model-failed",
          "The model failed",
          "the model cannot be used; the log of the server says why");
    }
    return of(
        HttpStatus.INTERNAL_SERVER_ERROR,
        "internal",
        "Something went wrong",
        "the log of the server says what");
  }

  /** Something in the request is wrong. */
  static Problem invalid(String code, String title, String detail) {
    return of(HttpStatus.BAD_REQUEST, code, title, detail);
  }

  private static Problem unavailable(String code, String title, String detail, Duration after) {
    return new Problem(HttpStatus.SERVICE_UNAVAILABLE, code, title, detail, after, null);
  }

  private static Problem of(HttpStatus status, String code, String title, String detail) {
    return new Problem(status, code, title, detail, null, null);
  }

  /** The body that says so. */
  ProblemDetail body() {
    ProblemDetail body = ProblemDetail.forStatusAndDetail(status, detail);
    body.setType(URI.create(TYPE + code));
    body.setTitle(title);
    if (property != null) {
      body.setProperty("property", property);
    }
    return body;
  }
}

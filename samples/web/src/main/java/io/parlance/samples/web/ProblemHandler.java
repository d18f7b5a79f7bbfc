package io.parlance.samples.web;

import io.parlance.samples.web.RequestFilter.BodyTooLargeException;
import io.parlance.samples.web.ServerSentEvents.ReaderGoneException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Everything that goes wrong in a request becomes a problem detail. */
@RestControllerAdvice
final class ProblemHandler extends ResponseEntityExceptionHandler {
  private static final Logger LOGGER = LoggerFactory.getLogger(ProblemHandler.class);
  private static final int MOST_SHOWN = 120; // of a message that may repeat the input

  @ExceptionHandler(RuntimeException.class)
  ResponseEntity<Object> failed(RuntimeException failure) {
    Problem problem = Problem.of(failure);
    if (problem.status().value() == 500) {
      LOGGER.error("a request failed", failure);
    }
    return response(problem);
  }

  /** Nobody is there to be told. */
  @ExceptionHandler(ReaderGoneException.class)
  void gone(ReaderGoneException gone) {
    LOGGER.debug("the reader has gone", gone);
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
      HttpMessageNotReadableException failure,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof BodyTooLargeException) {
        return response(Problem.of(cause));
      }
    }
    return response(unreadable(failure.getCause()));
  }

  private static Problem unreadable(@Nullable Throwable cause) {
    if (cause instanceof UnrecognizedPropertyException unknown) {
      return Problem.invalid(
          "unknown-field",
          "The body has an unknown field",
          "field '%s' is not known here; known are %s"
              .formatted(
                  path(unknown),
                  unknown.getKnownPropertyIds() == null
                      ? "none"
                      : unknown.getKnownPropertyIds().stream()
                          .map(Object::toString)
                          .sorted()
                          .collect(Collectors.joining(", "))));
    }
    if (cause instanceof MismatchedInputException mismatch) {
      return mismatch.getPath().isEmpty()
          ? Problem.invalid(
              "malformed-json", "The body is not a JSON object", "the body must be one JSON object")
          : Problem.invalid(
              "wrong-type",
              "A field has a value of the wrong kind",
              "field '%s' does not take this value; it takes %s"
                  .formatted(path(mismatch), kind(mismatch.getTargetType())));
    }
    if (cause instanceof JacksonException broken && broken.getLocation() != null) {
      return Problem.invalid(
          "malformed-json",
          "The body is not a JSON object that is known here",
          "line %d, column %d: %s"
              .formatted(
                  broken.getLocation().getLineNr(),
                  broken.getLocation().getColumnNr(),
                  shortened(String.valueOf(broken.getOriginalMessage()))));
    }
    return Problem.invalid(
        "malformed-json",
        "The body is not a JSON object",
        cause instanceof IOException ? "the body ended early" : "the body is empty");
  }

  private static String shortened(String message) {
    return message.length() > MOST_SHOWN ? message.substring(0, MOST_SHOWN) + "..." : message;
  }

  /** The field as a person would write it: {@code options.top_k}, {@code documents[2]}. */
  private static String path(JacksonException failure) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference part : failure.getPath()) {
      if (part.getPropertyName() == null) {
        path.append('[').append(part.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(part.getPropertyName());
      }
    }
    return path.toString();
  }

  private static String kind(@Nullable Class<?> type) {
    if (type == null) {
      return "something else";
    }
    if (type.isEnum()) {
      return List.of(type.getEnumConstants()).stream()
          .map(value -> value.toString().toLowerCase(Locale.ROOT))
          .collect(Collectors.joining(", "));
    }
    if (type == String.class) {
      return "a text";
    }
    if (type == Boolean.class) {
      return "true or false";
    }
    if (type == Double.class) {
      return "a number";
    }
    if (Number.class.isAssignableFrom(type)) {
      return "a whole number of " + (type == Long.class ? 64 : 32) + " bits";
    }
    return List.class.isAssignableFrom(type) ? "a list" : "an object";
  }

  private static ResponseEntity<Object> response(Problem problem) {
    ResponseEntity.BodyBuilder response =
        ResponseEntity.status(problem.status()).contentType(MediaType.APPLICATION_PROBLEM_JSON);
    if (problem.retryAfter() != null) {
      response.header(HttpHeaders.RETRY_AFTER, String.valueOf(problem.retryAfter().toSeconds()));
    }
    return response.body(problem.body());
  }
}

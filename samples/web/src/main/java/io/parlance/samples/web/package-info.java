/**
 * A page and a REST API to try every task, on the {@code Nlp} beans of the Spring Boot starter.
 *
 * <p>From the socket inwards: {@code RequestFilter} (headers, size of bodies), {@code
 * TaskController}, {@code GenerationStreamController} and {@code ModelController}, {@code
 * TaskCalls} (which model, how many calls at a time, how long they took). What goes wrong becomes a
 * problem detail in {@code ProblemHandler}. The page itself is static: {@code
 * src/main/resources/static}.
 */
@NullMarked
package io.parlance.samples.web;

import org.jspecify.annotations.NullMarked;

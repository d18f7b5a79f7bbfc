/** Health, info and an endpoint, where Spring Boot's Actuator is on the class path. */
@NullMarked
package io.parlance.spring.actuate;

import org.jspecify.annotations.NullMarked;

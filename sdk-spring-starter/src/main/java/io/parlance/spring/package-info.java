/** Spring Boot auto-configuration. */
@NullMarked
package io.parlance.spring;

import org.jspecify.annotations.NullMarked;

/** Models of Spring AI, where its API is on the class path. */
@NullMarked
package io.parlance.spring.springai;

import org.jspecify.annotations.NullMarked;

/** Models of LangChain4j, where its API is on the class path. */
@NullMarked
package io.parlance.spring.langchain4j;

import org.jspecify.annotations.NullMarked;

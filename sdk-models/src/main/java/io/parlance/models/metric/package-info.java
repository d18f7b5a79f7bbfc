/** Numbers that tell how good texts are that a model wrote. */
@NullMarked
package io.parlance.models.metric;

import org.jspecify.annotations.NullMarked;

/** Models that are built here rather than exported elsewhere: loading, computing, saving. */
@NullMarked
package io.parlance.models;

import org.jspecify.annotations.NullMarked;

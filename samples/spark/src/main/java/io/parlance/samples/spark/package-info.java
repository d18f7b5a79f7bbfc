/** Documents scored by an Apache Spark job: one set of models in each JVM. */
@NullMarked
package io.parlance.samples.spark;

import org.jspecify.annotations.NullMarked;

/** The command line. */
@NullMarked
package io.parlance.samples.cli;

import org.jspecify.annotations.NullMarked;

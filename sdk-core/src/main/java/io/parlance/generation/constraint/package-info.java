/**
 * Which texts an answer may be: grammars over bytes of UTF-8 made of choices, regular expressions
 * and JSON schemas, and the automata that tell which tokens may come next.
 */
@NullMarked
package io.parlance.generation.constraint;

import org.jspecify.annotations.NullMarked;

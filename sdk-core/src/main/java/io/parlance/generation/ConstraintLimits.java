package io.parlance.generation;

import io.parlance.generation.constraint.TokenConstraint;

/**
 * What the text of an answer is held to.
 *
 * @param atBeginning whether its first token is the first of a text, not after that of a prompt
 * @param skipped tokens before it that are no text, such as a forced first token
 */
record ConstraintLimits(TokenConstraint constraint, boolean atBeginning, int skipped) {}

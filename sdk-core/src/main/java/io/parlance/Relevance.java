package io.parlance;

/**
 * How relevant a document is to a query.
 *
 * @param score larger is more relevant
 * @param truncated whether both were longer than the model takes together, so that an end was not
 *     looked at
 * @param tokenCount tokens that the model saw, special tokens included
 * @param untruncatedTokenCount tokens of both texts, special tokens included
 */
public record Relevance(
    double score, boolean truncated, int tokenCount, int untruncatedTokenCount) {}

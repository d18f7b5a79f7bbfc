package io.parlance;

/**
 * A document in its place by relevance.
 *
 * @param index its place among the documents that were given, from 0
 * @param score how relevant it is to the query; larger is more
 * @param truncated whether query and document were longer than the model takes together, so that an
 *     end was not looked at
 */
public record RankedDocument(int index, double score, boolean truncated) {}

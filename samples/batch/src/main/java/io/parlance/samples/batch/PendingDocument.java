package io.parlance.samples.batch;

import org.jspecify.annotations.Nullable;

/**
 * A registered document that is to be processed.
 *
 * @param id its key in the tables
 * @param name its path below the folder, or the id of its line
 * @param line where its line is, or null where it is a file
 */
record PendingDocument(long id, String name, @Nullable LinePosition line) {}

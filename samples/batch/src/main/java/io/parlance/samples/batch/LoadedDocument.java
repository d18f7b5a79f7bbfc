package io.parlance.samples.batch;

/**
 * A document with its text.
 *
 * @param id its key in the tables
 * @param name its path below the folder, or the id of its line
 * @param text at least one character that is no white space
 */
record LoadedDocument(long id, String name, String text) {}

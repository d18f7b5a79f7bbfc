package io.parlance.samples.batch;

/**
 * Where a line is in its file.
 *
 * @param number from 1
 * @param start bytes before it
 * @param length bytes without the line's end
 * @param checksum CRC-32C of these bytes
 */
record LinePosition(long number, long start, int length, long checksum) {}

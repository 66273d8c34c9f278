package io.portolan.core.list;

/**
 * What became of the rows of a file. {@code read} is the sum of the others.
 *
 * @param created recipients that were not on the list
 * @param updated recipients whose address is written otherwise, or whose attributes differ
 * @param unchanged recipients who were on the list just so
 * @param duplicate rows with an address that an earlier row of the file had; they were left out
 * @param rejected rows that were kept as {@link ImportReject}s
 */
public record ImportCounts(
    long read, long created, long updated, long unchanged, long duplicate, long rejected) {}

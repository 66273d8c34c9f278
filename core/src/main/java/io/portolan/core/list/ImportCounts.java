package io.portolan.core.list;

/**
 * What became of the rows of a file. {@code read} is the sum of the others.
 *
 * @param created recipients that were not on the list
 * @param updated recipients whose address is written otherwise, or whose attributes differ
 * @param unchanged recipients who were on the list just so
 * @param duplicate rows with an address that an earlier row of the file had; they were left out
 * @param rejected rows that were not right; the first {@link #MOST_REJECTS_KEPT} are kept as {@link
 *     ImportReject}s
 */
public record ImportCounts(
    long read, long created, long updated, long unchanged, long duplicate, long rejected) {
  /** How many rejected rows of one import are kept. */
  public static final int MOST_REJECTS_KEPT = 100_000;

  /** How many rejected rows are kept with line and reason. */
  public long rejectsKept() {
    return Math.min(rejected, MOST_REJECTS_KEPT);
  }
}

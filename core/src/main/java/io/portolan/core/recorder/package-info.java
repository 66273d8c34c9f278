/**
 * The recorder: results become durable in groups, each in one transaction. {@link
 * io.portolan.core.recorder.ResultRecorder} is all that others call; what follows is why it is
 * built as it is.
 *
 * <p><b>Group commit.</b> A transaction a message would hold sending to the rate at which a disk
 * flushes. So nobody commits for himself: whoever has a result hands it over and goes on, one
 * writer takes what came within some milliseconds, commits it, and only then answers all of them.
 * The cost of the flush is shared by the group, and latency, of which mail has plenty, pays for it.
 * The idea is that of DeWitt et al., who let transactions that have finished wait for the log page
 * that carries several of their commit records. It is mostly told of a database's log, and
 * PostgreSQL's {@code commit_delay} is that; here the group is a single transaction, so that it
 * shares the round trips and statements, too: a group is {@code COPY} of its attempts, one {@code
 * UPDATE} of its deliveries and a few more, whatever its size.
 *
 * <p><b>A claim is checked under a share lock.</b> A batch is worked on under an epoch, which rises
 * with each claim (the sequencer of Chubby, known as a fencing token, too). The transaction first
 * takes a share lock on the rows of its batches whose epoch is still the one under which the
 * results were made. A new claim, which updates the row, so waits until the group is in and then
 * sees what it wrote; a group that comes second finds another epoch, and its results are {@link
 * io.portolan.core.recorder.Recorded#STALE}: they change no delivery. The {@code UPDATE} of the
 * deliveries names the batch and the state that it expects, so that a delivery ends once.
 *
 * <p><b>The fate of a commit that was not answered.</b> If the connection breaks while a commit is
 * under way, the group is written or it is not, and writing it again would count it twice. The
 * transaction's id was read with the lock; over the next connection {@code pg_xact_status} tells
 * what became of it. Committed: the answer is what the transaction had applied. Aborted or unknown:
 * written again. In progress: asked again.
 *
 * <p><b>The bound is the back-pressure.</b> At most 1,000 results are handed over and not durable
 * ({@link io.portolan.core.recorder.ResultRecorder.Settings#groupSize}). Behind it callers block,
 * and with them the sessions that would send more: the database sets the pace, memory has a bound,
 * and a crash forgets that many answers at most. The same bound holds while the database is away.
 *
 * <p><b>Counts are in the same transaction.</b> Rows by minute, path and outcome, times to
 * acceptance, suppressions after bounces, and what a {@link io.portolan.core.recorder.ResultHook}
 * adds commit with the results or not at all. So reports read a few rows instead of all attempts,
 * and count exactly what was applied. Rows are added in the order of their keys, so that the groups
 * of two nodes cannot deadlock.
 *
 * <p>Sources:
 *
 * <ul>
 *   <li>ADR 4, results are committed in groups; ADR 28, why a group waits 40 ms; ADR 16, offers
 *       noted ahead; ADR 24, guards in this transaction
 *   <li>D. DeWitt, R. Katz, F. Olken, L. Shapiro, M. Stonebraker, D. Wood: Implementation
 *       Techniques for Main Memory Database Systems, SIGMOD 1984 (commit groups)
 *   <li>J. Gray, A. Reuter: Transaction Processing: Concepts and Techniques, Morgan Kaufmann 1993
 *       (group commit, of a log manager)
 *   <li>M. Burrows: The Chubby lock service for loosely-coupled distributed systems, OSDI 2006
 *       (section 2.4, sequencers)
 *   <li>PostgreSQL's manual: Explicit Locking (row-level locks), Transaction ID and Snapshot
 *       Information Functions ({@code pg_xact_status}), {@code COPY}, {@code commit_delay}
 * </ul>
 */
@NullMarked
package io.portolan.core.recorder;

import org.jspecify.annotations.NullMarked;

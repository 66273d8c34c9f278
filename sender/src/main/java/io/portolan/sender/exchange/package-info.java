/**
 * The exchange: messages go over a connection that is open for them, one after another, and of each
 * it is known what became of it. {@link io.portolan.sender.exchange.Exchange} is all that others
 * call; it is offered a {@link io.portolan.sender.exchange.Mail}, and a {@link
 * io.portolan.sender.exchange.Transaction} comes of it. How a session is opened, secured and
 * authenticated is not told here: that depends on this, not the reverse. What follows is why it is
 * built as it is.
 *
 * <p><b>A group.</b> MAIL, RCPT, DATA and the text, each waiting for the reply to the one before,
 * are four round trips. A peer that offers PIPELINING reads on while it answers, so MAIL, RCPT and
 * DATA leave in one write. DATA must be the last of a group, for what follows depends on its reply:
 * text after 354, another command after anything else. No write can lock both sides up, as what the
 * peer says meanwhile is a few lines, which fit any window.
 *
 * <p><b>The next envelope behind the dot.</b> The text may begin a group, of which the next
 * message's MAIL, RCPT and DATA are the rest. So the end of one message and the envelope of the
 * next leave together, and each message takes one round trip:
 *
 * <pre>
 *   ours                                            the peer's
 *   MAIL 1  RCPT 1  DATA                        →
 *                                               ←   250  250  354
 *   text 1  .  MAIL 2  RCPT 2  DATA             →
 *                                               ←   250 (of the dot)  250  250  354
 *   text 2  .  MAIL 3  RCPT 3  DATA             →
 * </pre>
 *
 * <p>The price is that DATA cannot be taken back: whether message 2 is sent is decided anew after
 * message 1 is answered, and if it is not, the connection is closed. Of what was announced the peer
 * has nothing: without its own dot a message is none.
 *
 * <p><b>Which reply belongs to which command.</b> Replies bear no name and come in the order of the
 * commands, so they are counted: three to a group, one more before them where RSET leads it, one to
 * a dot. All are read, whichever decides. The first refusal in a group is the message's; what
 * follows it, mostly 503, only keeps the count. If 354 comes all the same, a lone dot takes it
 * back, of which the peer must make no mail. The replies to what was announced stay unread until
 * that message is offered, so that each reply is read for the message that it is of.
 *
 * <p><b>Doubt begins at the dot and ends at its reply.</b> The peer takes responsibility by its
 * reply to the dot. Until the first octet of {@code CRLF.CRLF} may leave, it cannot have the
 * message; from then until the reply it may have it or not, and nothing tells. So those octets are
 * held back until {@link io.portolan.core.reply.Phase#DOT} is set and leave in one write, and a
 * loss in that phase alone is {@linkplain io.portolan.sender.exchange.Transaction.Lost#unknown
 * unknown}: the message takes no other path, which might make two of it. The wait for that reply is
 * long, ten minutes, as those who gave up early once sent copies.
 *
 * <p><b>When a connection ends,</b> this is what it means for the message under way:
 *
 * <ul>
 *   <li>421, or hanging up, in place of MAIL's reply: the session {@linkplain
 *       io.portolan.sender.exchange.Transaction#isLapsed had ended} and says nothing of the
 *       message. That of an announced one comes behind the reply to the dot before, which stands.
 *   <li>421 to RCPT, DATA or the dot: a refusal for now, as any 4yz, and the last reply.
 *   <li>Hanging up or silence before the dot: lost, not taken. A refusal that was read before it
 *       stands.
 *   <li>While the text is being written a peer may refuse it and close. What it said is looked for
 *       once more before the message counts as lost; at the dot that may be its acceptance, where
 *       only the group behind it broke off.
 *   <li>A reply that nobody asked for, or that cannot follow: the count is lost, and every later
 *       reply would be taken for another's. Unless it is 421, the connection is closed. It is
 *       looked for before each group that is not ahead, each command that is asked by itself, and
 *       the text: among what has arrived, or under TLS what came with an earlier reply. One that
 *       comes while the text is written is taken for the answer to the dot, as a refusal there is.
 * </ul>
 *
 * <p>A refusal other than 421 leaves the connection as it was; RSET goes before the next MAIL,
 * unless a dot has ended the transaction.
 *
 * <p><b>Peers without PIPELINING, and those that break it.</b> Where it is not offered each command
 * waits for its reply, and nothing is announced. A peer breaks it if it finds a group's commands
 * out of sequence (503, 500) or, behind a dot, refuses MAIL for good. It is asked once more in the
 * plain way on the same connection: if a command passes now that did not before, the group was
 * refused and not the message, and the plain way it is from then on, for {@link
 * io.portolan.sender.exchange.Exchange#broken} tells whoever opens sessions. A peer that answers
 * some of a group and then no more, or hangs up on it, may have thrown away what came with it, or
 * may hang or restart as any peer does. That is a {@linkplain io.portolan.sender.exchange.GroupEnd
 * doubt}, which means nothing of a host that was seen to answer groups, and of another once it
 * comes a second time.
 *
 * <p><b>Each octet is looked at once.</b> Dots at the start of lines are doubled, and a peer must
 * be asked for 8-bit content and never be given a CR or LF that stands alone, as it may take that
 * for a line end and so for the end of the message. All this is known of {@link
 * io.portolan.sender.exchange.Lines} since they were made; those that a campaign's messages share
 * are made once. What is handed over is these pieces, and the large ones go from their array to the
 * socket.
 *
 * <p>Sources:
 *
 * <ul>
 *   <li>RFC 2920, section 3.1 (groups, DATA last, text first, all replies checked, the lone dot)
 *       and 3.2 (what a server must do: answer in order, lose nothing that came ahead)
 *   <li>RFC 5321, section 3.8 (421), 4.1.1.4 (the end of data), 4.5.2 (dots at the start of lines),
 *       4.5.3.2 (how long to wait for each reply), 6.1 (responsibility)
 *   <li>RFC 1047 (copies, and why doubt cannot be avoided between a dot and its reply)
 *   <li>ADR 1, the exchange is ours; ADR 27, the next envelope leaves behind the dot, and why not
 *       CHUNKING (RFC 3030); ADR 29, DSN, which is asked for here
 * </ul>
 */
@NullMarked
package io.portolan.sender.exchange;

import org.jspecify.annotations.NullMarked;

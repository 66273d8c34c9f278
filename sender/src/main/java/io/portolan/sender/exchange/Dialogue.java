package io.portolan.sender.exchange;

import io.portolan.core.policy.Timeouts;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.exchange.Transaction.Lost;
import io.portolan.sender.exchange.Transaction.Replied;
import io.portolan.sender.wire.NotReplyException;
import io.portolan.sender.wire.Wire;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is said and heard for one message after another: MAIL, RCPT, DATA, the text, the dot. In
 * groups where the peer offers PIPELINING, one command at a time elsewhere; why so is told at the
 * package. Used by one thread at a time.
 */
final class Dialogue {
  private static final Phase[] GROUP = {Phase.MAIL, Phase.RCPT, Phase.DATA};
  private static final String RSET = "RSET\r\n";
  private static final String DATA = "DATA\r\n";
  private static final byte[] DOT = ".\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END_OF_DATA = "\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int GO_AHEAD = 354;
  private static final int UNKNOWN_COMMAND = 500;
  private static final int BAD_SEQUENCE = 503;

  /** For a word that may have come before the connection broke. */
  private static final Duration LAST_WORD = Duration.ofSeconds(1);

  private final Wire wire;
  private final Timeouts timeouts;
  private boolean pipelining;
  private boolean brokePipelining;
  private GroupEnd groupEnd = GroupEnd.NONE;
  private @Nullable Commands announced;
  private boolean usable = true;
  private boolean resetDue;
  private volatile Phase phase = Phase.MAIL;
  private boolean inText;
  private long startNanos;

  /** What names a message's sender and recipient, each command with its line end. */
  record Commands(String mail, String rcpt) {}

  Dialogue(Wire wire, Timeouts timeouts, boolean pipelining) {
    this.wire = wire;
    this.timeouts = timeouts;
    this.pipelining = pipelining;
  }

  /** Whether another transaction may follow. */
  boolean isUsable() {
    return usable;
  }

  /** Whether the end of the message under way is not sent yet. For any thread. */
  boolean isBeforeDot() {
    return phase != Phase.DOT;
  }

  /** Whether commands go out in groups. */
  boolean isPipelining() {
    return pipelining;
  }

  /** Whether asking in the plain way showed that the peer breaks the pipelining that it offers. */
  boolean brokePipelining() {
    return brokePipelining;
  }

  /** What the last message's group shows of whether the peer keeps pipelining. */
  GroupEnd groupEnd() {
    return groupEnd;
  }

  /** Whether the peer was told of a message that it waits for. */
  boolean hasAnnounced() {
    return announced != null;
  }

  boolean hasAnnounced(Commands commands) {
    return commands.equals(announced);
  }

  /**
   * Offers one message. Whatever comes of it is a value; the connection is closed where it is lost.
   *
   * @param next of the message that will be offered next, to be announced with this one's end
   */
  Transaction run(Commands commands, Content content, @Nullable Commands next) {
    startNanos = wire.nanoTime();
    phase = Phase.MAIL;
    inText = false;
    groupEnd = GroupEnd.NONE;
    boolean isAhead = announced != null;
    try {
      if (isAhead && !commands.equals(announced)) {
        throw new SocketException("the message that was announced is not sent");
      }
      announced = null;
      if (!isAhead && wire.hasUnread()) {
        return replied(unasked());
      }
      return isAhead || pipelining
          ? grouped(commands, content, next, isAhead)
          : oneByOne(commands, content);
    } catch (IOException e) {
      return lost(e);
    }
  }

  /**
   * A reply that came before its command: the peer takes leave, or is out of step, and a later
   * reply would be taken for the answer to another command.
   */
  private SmtpReply unasked() throws IOException {
    SmtpReply reply = read(timeouts.command());
    if (reply.code() != Transaction.CLOSING) {
      throw new NotReplyException("a reply that nobody asked for: " + reply.line());
    }
    return reply;
  }

  private Transaction oneByOne(Commands commands, Content content) throws IOException {
    if (resetDue) {
      SmtpReply reset = ask(RSET);
      if (reset.code() == Transaction.CLOSING) {
        return replied(reset);
      }
      resetDue = false;
    }
    for (Phase each : GROUP) {
      phase = each;
      SmtpReply reply =
          ask(each == Phase.MAIL ? commands.mail() : each == Phase.RCPT ? commands.rcpt() : DATA);
      if (!hasPassed(reply)) {
        return refused(reply);
      }
      resetDue = true;
    }
    return deliver(content, null);
  }

  /**
   * @param isAhead whether the group was sent behind the message before
   */
  private Transaction grouped(
      Commands commands, Content content, @Nullable Commands next, boolean isAhead)
      throws IOException {
    if (!isAhead) {
      wire.within(timeouts.command());
      if (resetDue) {
        wire.put(RSET);
      }
      putGroup(commands);
      wire.flush();
      if (resetDue) {
        SmtpReply reset = read(timeouts.command());
        if (reset.code() == Transaction.CLOSING) {
          return replied(reset);
        }
      }
    }
    resetDue = true;
    Replied refusal = readGroup(isAhead);
    if (refusal != null && isOutOfStep(refusal, isAhead)) {
      return afterBrokenGroup(refusal, commands, content, isAhead);
    }
    if (usable) {
      groupEnd = isAhead ? GroupEnd.ANSWERED_AHEAD : GroupEnd.ANSWERED;
    }
    return refusal == null ? deliver(content, next) : refusal;
  }

  private void putGroup(Commands commands) throws IOException {
    wire.put(commands.mail()).put(commands.rcpt()).put(DATA);
  }

  /**
   * Reads the three replies to a group and returns the refusal among them that decides.
   *
   * @param isAhead whether the group was sent behind the message before
   */
  private @Nullable Replied readGroup(boolean isAhead) throws IOException {
    Replied refusal = null;
    for (Phase each : GROUP) {
      if (refusal == null) {
        phase = each;
      }
      SmtpReply reply;
      try {
        reply = read(each == Phase.DATA ? timeouts.data() : timeouts.command());
      } catch (IOException e) {
        if (refusal != null) {
          close(); // the peer had decided before it left
          return refusal;
        }
        groupEnd = brokenOff(each, isAhead);
        throw e;
      }
      if (refusal == null && !hasPassed(reply)) {
        refusal = refused(reply);
      } else if (reply.code() == Transaction.CLOSING) {
        close();
      } else if (refusal != null && each == Phase.DATA && reply.code() == GO_AHEAD) {
        endWithoutMessage();
      }
      if (!usable) {
        return refusal;
      }
    }
    return refusal;
  }

  /**
   * What it shows that the reply to one of a group's commands did not come. To answer some and then
   * no more is how input looks that was thrown away, as all that came behind a dot may be; to hang
   * up on the first behind a dot is how a peer looks that wants none there.
   */
  private GroupEnd brokenOff(Phase unanswered, boolean isAhead) {
    if (wire.wasGivenUp()) {
      return GroupEnd.NONE;
    }
    if (isAhead) {
      return unanswered == Phase.MAIL || wire.timedOut()
          ? GroupEnd.BROKEN_OFF_AHEAD
          : GroupEnd.NONE;
    }
    return unanswered != Phase.MAIL && wire.timedOut() ? GroupEnd.BROKEN_OFF : GroupEnd.NONE;
  }

  /**
   * Takes back a DATA that was let through although nobody is to receive: RFC 2920 section 3.1 has
   * the client send the lone dot, which the peer must refuse.
   */
  private void endWithoutMessage() {
    try {
      wire.within(timeouts.command());
      wire.put(DOT, 0, DOT.length).flush();
      if (read(timeouts.command()).code() == Transaction.CLOSING) {
        close();
      }
    } catch (IOException e) {
      close();
    }
  }

  /**
   * A peer that finds a group's commands out of sequence did not read them as one. One that refuses
   * MAIL for good behind a dot, where it took one before, may mean its place and not the sender.
   */
  private static boolean isOutOfStep(Replied refusal, boolean isAhead) {
    int code = refusal.reply().code();
    return code == BAD_SEQUENCE
        || code == UNKNOWN_COMMAND
        || (isAhead && refusal.phase() == Phase.MAIL && refusal.reply().isPermanent());
  }

  /** Offers the message again one command at a time: the refusal was of the group, not of it. */
  private Transaction afterBrokenGroup(
      Replied refusal, Commands commands, Content content, boolean isAhead) throws IOException {
    phase = Phase.MAIL;
    if (!usable) {
      groupEnd = isAhead ? GroupEnd.BROKEN_OFF_AHEAD : GroupEnd.BROKEN_OFF;
      throw new NotReplyException("a group was refused: " + refusal.reply().line());
    }
    pipelining = false;
    Transaction again = oneByOne(commands, content);
    brokePipelining = hasComeFurther(again, refusal.phase());
    // refused in the same place, it was the message and not the group
    pipelining = !brokePipelining;
    return again;
  }

  /** Whether a command passed one by one that did not in a group. */
  private static boolean hasComeFurther(Transaction again, Phase refused) {
    return switch (again) {
      case Replied replied -> replied.phase().compareTo(refused) > 0;
      case Transaction.Lost lost -> lost.phase().compareTo(refused) > 0;
      case Transaction.NotPossible _ -> false;
    };
  }

  private Transaction deliver(Content content, @Nullable Commands next) throws IOException {
    phase = Phase.DATA;
    if (wire.hasUnread()) {
      return replied(unasked());
    }
    inText = true;
    try {
      content.write(wire, timeouts.data());
      wire.makeRoom(END_OF_DATA.length, timeouts.data());
      wire.within(timeouts.dot());
      // from here on the peer may have the message
      phase = Phase.DOT;
      wire.put(END_OF_DATA, 0, END_OF_DATA.length);
      if (next != null) {
        putGroup(next);
        announced = next;
      }
      wire.flush();
    } catch (IOException e) {
      return lastWord(e);
    }
    SmtpReply reply = read(timeouts.dot());
    resetDue = false; // RFC 5321 4.1.1.4: the end of data clears the buffers
    if (reply.code() / 100 == 3) {
      throw new NotReplyException("no answer to the end of data: " + reply.line());
    }
    return replied(reply);
  }

  /**
   * What the peer said before it closed under our writing, if it said why: it may have come yet. At
   * the dot that may be its acceptance, where only what was to follow broke off.
   */
  private Transaction lastWord(IOException broken) throws IOException {
    if (wire.timedOut()) {
      throw broken;
    }
    try {
      SmtpReply reply = read(LAST_WORD);
      if (reply.isTransient()
          || reply.isPermanent()
          || (phase == Phase.DOT && reply.isPositive())) {
        close();
        return replied(reply);
      }
    } catch (IOException e) {
      broken.addSuppressed(e);
    }
    throw broken;
  }

  private SmtpReply ask(String command) throws IOException {
    if (wire.hasUnread()) {
      return unasked();
    }
    wire.within(phase == Phase.DATA ? timeouts.data() : timeouts.command());
    wire.put(command).flush();
    return wire.read();
  }

  private SmtpReply read(Duration time) throws IOException {
    wire.within(time);
    return wire.read();
  }

  private boolean hasPassed(SmtpReply reply) {
    return phase == Phase.DATA ? reply.code() == GO_AHEAD : reply.isPositive();
  }

  private Replied refused(SmtpReply reply) throws IOException {
    if (!reply.isTransient() && !reply.isPermanent()) {
      throw new NotReplyException("unexpected reply: " + reply.line());
    }
    return replied(reply);
  }

  private Replied replied(SmtpReply reply) {
    if (reply.code() == Transaction.CLOSING) {
      close();
    }
    return new Replied(phase, reply, took());
  }

  private Lost lost(IOException e) {
    Lost lost = new Lost(phase, wire.explained(e), wire.timedOut(), inText, took());
    close();
    return lost;
  }

  private void close() {
    usable = false;
    wire.abort();
  }

  private Duration took() {
    return Duration.ofNanos(wire.nanoTime() - startNanos);
  }
}

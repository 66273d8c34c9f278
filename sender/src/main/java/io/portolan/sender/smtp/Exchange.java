package io.portolan.sender.smtp;

import io.portolan.core.policy.Timeouts;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.smtp.Transaction.Lost;
import io.portolan.sender.smtp.Transaction.Replied;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The transactions on an open connection: MAIL, RCPT, DATA, message, dot. In groups where the peer
 * offers PIPELINING (RFC 2920), one command at a time elsewhere. Used by one thread at a time.
 *
 * <p>In a group the next message's MAIL, RCPT and DATA may leave right behind the dot (RFC 2920
 * section 3.1 lets the message's content begin a group), so that a message takes one round trip.
 * Their replies are read when the next message is offered. Nothing of it is the peer's before its
 * own dot, so what was announced may be given up; the connection ends with it, for after DATA there
 * is no way back.
 */
final class Exchange {
  private static final Phase[] GROUP = {Phase.MAIL, Phase.RCPT, Phase.DATA};
  private static final String RSET = "RSET\r\n";
  private static final String DATA = "DATA\r\n";
  private static final byte[] DOT = ".\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END_OF_DATA = "\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int CLOSING = 421;
  private static final int GO_AHEAD = 354;
  private static final int UNKNOWN_COMMAND = 500;
  private static final int BAD_SEQUENCE = 503;

  /** For a word that may have come before the connection broke. */
  private static final Duration LAST_WORD = Duration.ofSeconds(1);

  private final Wire wire;
  private final DeadlineWatch watch;
  private final Timeouts timeouts;
  private boolean pipelining;
  private boolean brokePipelining;
  private @Nullable Commands announced;
  private boolean answersAhead;
  private boolean usable = true;
  private boolean resetDue;
  private volatile Phase phase = Phase.MAIL;
  private boolean inText;
  private long startNanos;

  /** What names a message's sender and recipient, each command with its line end. */
  record Commands(String mail, String rcpt) {}

  Exchange(Wire wire, DeadlineWatch watch, Timeouts timeouts, boolean pipelining) {
    this.wire = wire;
    this.watch = watch;
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

  /** Whether the peer was seen to break the pipelining that it offers. */
  boolean brokePipelining() {
    return brokePipelining;
  }

  /** Whether the peer was told of a message that it waits for. */
  boolean hasAnnounced() {
    return announced != null;
  }

  /**
   * Offers one message. Whatever comes of it is a value; the connection is closed where it is lost.
   *
   * @param next of the message that will be offered next, to be announced with this one's end
   */
  Transaction run(Commands commands, byte[] message, @Nullable Commands next) {
    startNanos = watch.nanoTime();
    phase = Phase.MAIL;
    inText = false;
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
          ? grouped(commands, message, next, isAhead)
          : oneByOne(commands, message);
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
    if (reply.code() != CLOSING) {
      throw new ReplyReader.NotReplyException("a reply that nobody asked for: " + reply.line());
    }
    return reply;
  }

  private Transaction oneByOne(Commands commands, byte[] message) throws IOException {
    if (resetDue) {
      SmtpReply reset = ask(RSET);
      if (reset.code() == CLOSING) {
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
    return deliver(message, null);
  }

  /**
   * @param isAhead whether the group was sent behind the message before
   */
  private Transaction grouped(
      Commands commands, byte[] message, @Nullable Commands next, boolean isAhead)
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
        if (reset.code() == CLOSING) {
          return replied(reset);
        }
      }
    }
    resetDue = true;
    Replied refusal = readGroup(isAhead);
    if (refusal == null) {
      return deliver(message, next);
    }
    return isOutOfStep(refusal, isAhead) ? afterBrokenGroup(refusal, commands, message) : refusal;
  }

  private void putGroup(Commands commands) throws IOException {
    wire.put(commands.mail()).put(commands.rcpt()).put(DATA);
  }

  /** Reads the three replies to a group and returns the refusal among them that decides. */
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
        // answering some of a group and then no more is how input thrown away looks; to hang up on
        // the first that came behind a dot is how a peer looks that wants none there
        brokePipelining = each == Phase.MAIL ? isAhead && !answersAhead : wire.timedOut();
        throw e;
      }
      answersAhead |= isAhead;
      if (refusal == null && !hasPassed(reply)) {
        refusal = refused(reply);
      } else if (reply.code() == CLOSING) {
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
   * Takes back a DATA that was let through although nobody is to receive: RFC 2920 section 3.1 has
   * the client send the lone dot, which the peer must refuse.
   */
  private void endWithoutMessage() {
    try {
      wire.within(timeouts.command());
      wire.put(DOT, 0, DOT.length).flush();
      if (read(timeouts.command()).code() == CLOSING) {
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
  private Transaction afterBrokenGroup(Replied refusal, Commands commands, byte[] message)
      throws IOException {
    pipelining = false;
    brokePipelining = true;
    phase = Phase.MAIL;
    if (!usable) {
      throw new ReplyReader.NotReplyException("a group was refused: " + refusal.reply().line());
    }
    Transaction again = oneByOne(commands, message);
    brokePipelining =
        !(again instanceof Replied other && other.reply().code() == refusal.reply().code());
    return again;
  }

  private Transaction deliver(byte[] message, @Nullable Commands next) throws IOException {
    phase = Phase.DATA;
    if (wire.hasUnread()) {
      return replied(unasked());
    }
    inText = true;
    try {
      writeBody(message);
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
      throw new ReplyReader.NotReplyException("no answer to the end of data: " + reply.line());
    }
    return replied(reply);
  }

  /**
   * Writes all but the end of data, a dot doubled at the start of each line (RFC 5321 section
   * 4.5.2), and leaves room for the end. The message's own last line break is part of the end.
   */
  private void writeBody(byte[] message) throws IOException {
    int end = message.length;
    if (end >= 2 && message[end - 2] == '\r' && message[end - 1] == '\n') {
      end -= 2;
    }
    int start = 0;
    if (end > 0 && message[0] == '.') {
      write(DOT, 0, 1);
    }
    for (int i = 1; i < end; i++) {
      if (message[i] == '.' && message[i - 1] == '\n') {
        write(message, start, i);
        write(DOT, 0, 1);
        start = i;
      }
    }
    write(message, start, end);
    if (wire.room() < END_OF_DATA.length) {
      flushBlock();
    }
  }

  private void write(byte[] octets, int from, int end) throws IOException {
    int start = from;
    while (end - start > wire.room()) {
      int next = start + wire.room();
      wire.put(octets, start, next);
      start = next;
      flushBlock();
    }
    wire.put(octets, start, end);
  }

  private void flushBlock() throws IOException {
    wire.within(timeouts.data());
    wire.flush();
  }

  /**
   * What the peer said before it closed under our writing, if it said why: it may have come yet.
   */
  private Transaction lastWord(IOException broken) throws IOException {
    if (wire.timedOut()) {
      throw broken;
    }
    try {
      SmtpReply reply = read(LAST_WORD);
      if (reply.isTransient() || reply.isPermanent()) {
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
      throw new ReplyReader.NotReplyException("unexpected reply: " + reply.line());
    }
    return replied(reply);
  }

  private Replied replied(SmtpReply reply) {
    if (reply.code() == CLOSING) {
      close();
    }
    return new Replied(phase, reply, took());
  }

  private Lost lost(IOException e) {
    boolean timedOut = wire.timedOut();
    close();
    return new Lost(
        phase,
        timedOut ? "no answer within the deadline" : Failures.detail(e),
        timedOut,
        inText,
        took());
  }

  private void close() {
    usable = false;
    wire.abort();
  }

  private Duration took() {
    return Duration.ofNanos(watch.nanoTime() - startNanos);
  }
}

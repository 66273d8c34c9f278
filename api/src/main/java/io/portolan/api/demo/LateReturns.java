package io.portolan.api.demo;

import io.portolan.sender.simulation.ReturningHost;
import io.portolan.sender.simulation.StoredMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What comes back when a campaign has long been sent, in the demo at once: of the messages that
 * {@link DemoIsp#HARBOUR} accepted it returns some, and {@link DemoIsp#PATIENCE}'s people call some
 * spam. One report comes twice, and somebody forges reports about {@link DemoIsp#LAGOON}'s. All
 * come by SMTP to the node's listener.
 */
final class LateReturns {
  static final String COMPLAINTS = "fbl@" + Demo.BOUNCE_DOMAIN;

  private static final int GONE_EVERY = 30;
  private static final int FULL_EVERY = 30;
  private static final int FULL_FROM = 15;
  private static final int SPAM_EVERY = 40;
  private static final int FORGED = 5;
  private static final int TAKEN = 250;
  private static final int NO_SUCH_ADDRESS = 550;

  private final SimulatedWorld world;
  private final InetSocketAddress listener;

  /**
   * What was sent back.
   *
   * @param gone recipients whose mailbox is gone, by reports that came
   * @param full recipients whose mailbox was full, by reports that came
   * @param complained recipients who called the message spam
   * @param spared recipients about whom somebody forged a report
   * @param unexpected mails that the listener took and should have refused, or the other way round
   */
  record Sent(
      Set<String> gone,
      Set<String> full,
      Set<String> complained,
      Set<String> spared,
      int unexpected) {
    Sent {
      gone = Set.copyOf(gone);
      full = Set.copyOf(full);
      complained = Set.copyOf(complained);
      spared = Set.copyOf(spared);
    }

    /** All whose delivery turned from accepted to bounced. */
    Set<String> bounced() {
      Set<String> bounced = new TreeSet<>(gone);
      bounced.addAll(full);
      return bounced;
    }

    /** Those who get no more mail. */
    Set<String> suppressed() {
      Set<String> suppressed = new TreeSet<>(gone);
      suppressed.addAll(complained);
      return suppressed;
    }
  }

  /**
   * @param port of the node's listener
   */
  LateReturns(SimulatedWorld world, int port) {
    this.world = world;
    listener = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Sends all of it; when this returns, what the listener took is committed. */
  Sent send() throws IOException {
    Set<String> gone = new TreeSet<>();
    Set<String> full = new TreeSet<>();
    Set<String> complained = new TreeSet<>();
    Set<String> spared = new TreeSet<>();
    int unexpected = 0;
    ReturningHost harbour = host(DemoIsp.HARBOUR);
    List<StoredMessage> returned = messages(DemoIsp.HARBOUR);
    for (int i = 0; i < returned.size(); i++) {
      StoredMessage message = returned.get(i);
      if (i % GONE_EVERY == 0) {
        gone.add(recipient(message));
        // the first of all comes twice, as mail does whose answer was lost
        for (int copy = i == 0 ? 2 : 1; copy > 0; copy--) {
          unexpected += wrong(harbour, message.sender(), gone(message), TAKEN);
        }
      } else if (i % FULL_EVERY == FULL_FROM) {
        full.add(recipient(message));
        unexpected += wrong(harbour, message.sender(), full(message), TAKEN);
      }
    }
    ReturningHost patience = host(DemoIsp.PATIENCE);
    List<StoredMessage> called = messages(DemoIsp.PATIENCE);
    for (int i = 0; i < called.size(); i += SPAM_EVERY) {
      complained.add(recipient(called.get(i)));
      unexpected += wrong(patience, COMPLAINTS, spam(called.get(i)), TAKEN);
    }
    ReturningHost stranger = new ReturningHost("stranger.test", listener);
    for (StoredMessage message : messages(DemoIsp.LAGOON).stream().limit(FORGED).toList()) {
      spared.add(recipient(message));
      unexpected += wrong(stranger, forged(message.sender()), gone(message), NO_SUCH_ADDRESS);
    }
    return new Sent(gone, full, complained, spared, unexpected);
  }

  private static int wrong(ReturningHost host, String to, String mail, int expected)
      throws IOException {
    return host.offer(ReturningHost.NOBODY, to, mail) == expected ? 0 : 1;
  }

  private ReturningHost host(DemoIsp isp) {
    return new ReturningHost("mx1." + isp.domain(), listener);
  }

  /** Those whose text is kept, by recipient, so that every run returns the same ones. */
  private List<StoredMessage> messages(DemoIsp isp) {
    String end = "@" + isp.domain();
    return world
        .mailboxes()
        .matching(
            message -> recipient(message).endsWith(end) && message.content().text().isPresent())
        .stream()
        .sorted(Comparator.comparing(LateReturns::recipient))
        .toList();
  }

  private static String recipient(StoredMessage message) {
    return message.recipient().toLowerCase(Locale.ROOT);
  }

  /** A return path whose signature is not ours. */
  private static String forged(String returnPath) {
    int end = returnPath.indexOf('@') - 1;
    char other = returnPath.charAt(end) == 'a' ? 'b' : 'a';
    return returnPath.substring(0, end) + other + returnPath.substring(end + 1);
  }

  /** A report with fields (RFC 3464). */
  private static String gone(StoredMessage message) {
    return """
        From: Mail Delivery System <MAILER-DAEMON@mx1.harbour.test>
        To: %1$s
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary=harbour

        --harbour
        Content-Type: text/plain

        <%2$s>: the mailbox was closed a while ago

        --harbour
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx1.harbour.test

        Final-Recipient: rfc822; %2$s
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 User unknown

        --harbour
        Content-Type: text/rfc822-headers

        %3$s

        --harbour--
        """
        .formatted(message.sender(), recipient(message), headers(message));
  }

  /** A report in words. */
  private static String full(StoredMessage message) {
    return """
        From: MAILER-DAEMON@mx2.harbour.test
        To: %s
        Subject: failure notice

        The mail server at mx2.harbour.test was not able to deliver your message
        to the following address. It has given up.

        <%s>:
        552 5.2.2 The mailbox is full, quota exceeded

        --- Below this line is a copy of the message.

        %s
        """
        .formatted(message.sender(), recipient(message), headers(message));
  }

  /** A complaint (RFC 5965). */
  private static String spam(StoredMessage message) {
    return """
        From: Complaints <feedback@patience.test>
        To: %s
        Subject: Complaint about your message
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary=patience

        --patience
        Content-Type: text/plain

        A person called this message spam.

        --patience
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: Patience/1
        Version: 1

        --patience
        Content-Type: text/rfc822-headers

        %s

        --patience--
        """
        .formatted(COMPLAINTS, headers(message));
  }

  private static String headers(StoredMessage message) {
    String text = message.content().text().orElseThrow().replace("\r\n", "\n");
    return text.substring(0, Math.max(0, text.indexOf("\n\n")));
  }
}

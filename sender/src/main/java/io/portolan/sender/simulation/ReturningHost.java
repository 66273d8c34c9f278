package io.portolan.sender.simulation;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPMessage;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * A host that sends mail back to whoever sent it some: reports of failure, complaints, and what
 * somebody forges. It speaks real SMTP over a real socket. Thread-safe; each mail takes a
 * connection of its own.
 */
public final class ReturningHost {
  /** The reverse path of a report, to which nothing is answered (RFC 5321 section 4.5.5). */
  public static final String NOBODY = "<>";

  private static final int TAKEN = 250;
  private static final String MOST_MILLIS = "20000";

  private final Session session;
  private final InetSocketAddress listener;

  /**
   * @param name that it gives in EHLO
   * @param listener where the mail goes
   */
  public ReturningHost(String name, InetSocketAddress listener) {
    Properties properties = new Properties();
    properties.put("mail.smtp.localhost", name);
    properties.put("mail.smtp.connectiontimeout", MOST_MILLIS);
    properties.put("mail.smtp.timeout", MOST_MILLIS);
    session = Session.getInstance(properties);
    this.listener = listener;
  }

  /**
   * Offers a mail.
   *
   * @param sender its reverse path
   * @param mail its text, in ASCII, with any line ends
   * @return the reply code that decided: 250 when it was taken
   * @throws IOException if the listener cannot be reached or gives no answer
   */
  public int offer(String sender, String recipient, String mail) throws IOException {
    try (SMTPTransport transport = (SMTPTransport) session.getTransport("smtp")) {
      transport.connect(listener.getAddress().getHostAddress(), listener.getPort(), null, null);
      SMTPMessage message =
          new SMTPMessage(
              session, new ByteArrayInputStream(mail.getBytes(StandardCharsets.US_ASCII)));
      message.setEnvelopeFrom(sender);
      transport.sendMessage(message, new Address[] {new InternetAddress(recipient)});
      return TAKEN;
    } catch (SendFailedException e) {
      return refusal(e);
    } catch (MessagingException e) {
      throw new IOException("no mail could be sent to " + listener, e);
    }
  }

  private static int refusal(SendFailedException failure) throws IOException {
    Exception each = failure;
    while (each != null) {
      if (each instanceof SMTPAddressFailedException refused) {
        return refused.getReturnCode();
      }
      if (each instanceof SMTPSendFailedException refused) {
        return refused.getReturnCode();
      }
      each = each instanceof MessagingException chained ? chained.getNextException() : null;
    }
    throw new IOException("a mail was not sent", failure);
  }
}

package io.portolan.sender.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A client that says what a test tells it to and reads what comes, nothing more. */
final class RawSmtpClient implements AutoCloseable {
  private static final int READ_MILLIS = 10_000;

  private final Socket raw;
  private Socket socket;
  private InputStream in;
  private OutputStream out;

  /** A reply: its code and its lines with the codes cut off. */
  record Reply(int code, List<String> lines) {
    String text() {
      return String.join("\n", lines);
    }
  }

  RawSmtpClient(Socket raw) throws IOException {
    this.raw = raw;
    socket = raw;
    raw.setSoTimeout(READ_MILLIS);
    in = new BufferedInputStream(raw.getInputStream());
    out = raw.getOutputStream();
  }

  Socket socket() {
    return raw;
  }

  /** Writes octets as they are. */
  RawSmtpClient write(String octets) throws IOException {
    out.write(octets.getBytes(UTF_8));
    out.flush();
    return this;
  }

  /** Writes octets as they are, one byte per character. */
  RawSmtpClient writeLatin1(String octets) throws IOException {
    out.write(octets.getBytes(ISO_8859_1));
    out.flush();
    return this;
  }

  /** Sends one command and reads its reply. */
  Reply command(String line) throws IOException {
    write(line + "\r\n");
    return reply();
  }

  Reply reply() throws IOException {
    List<String> lines = new ArrayList<>();
    while (true) {
      String line = line();
      lines.add(line.substring(Math.min(4, line.length())));
      if (line.length() < 4 || line.charAt(3) != '-') {
        return new Reply(Integer.parseInt(line.substring(0, 3)), lines);
      }
    }
  }

  /** Reads up to CRLF. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        throw new EOFException("The server has closed after '" + line + "'");
      }
      line.write(octet);
    }
    String text = line.toString(UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** One octet, or -1 at the end. */
  int read() throws IOException {
    return in.read();
  }

  RawSmtpClient greeted() throws IOException {
    Reply banner = reply();
    if (banner.code() != 220) {
      throw new IOException("Not greeted: " + banner);
    }
    command("EHLO client.test");
    return this;
  }

  RawSmtpClient startTls(SSLContext context, String name) throws IOException {
    Reply reply = command("STARTTLS");
    if (reply.code() != 220) {
      throw new IOException("No TLS: " + reply);
    }
    return handshake(context, name);
  }

  RawSmtpClient handshake(SSLContext context, String name) throws IOException {
    SSLSocket tls =
        (SSLSocket) context.getSocketFactory().createSocket(raw, name, raw.getPort(), true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    tls.setSSLParameters(parameters);
    tls.startHandshake();
    socket = tls;
    in = new BufferedInputStream(tls.getInputStream());
    out = tls.getOutputStream();
    return this;
  }

  Reply authPlain(String name, String password) throws IOException {
    return command("AUTH PLAIN " + base64("\0" + name + "\0" + password));
  }

  static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  /** A whole transaction up to the dot, with the answers read; returns the answer to the dot. */
  Reply deliver(String sender, String recipient, String messageId) throws IOException {
    expect(250, command("MAIL FROM:<" + sender + ">"));
    expect(250, command("RCPT TO:<" + recipient + ">"));
    expect(354, command("DATA"));
    write(message(messageId) + ".\r\n");
    return reply();
  }

  static String message(String messageId) {
    return "From: a@client.test\r\nMessage-ID: <" + messageId + ">\r\n\r\nHello\r\n";
  }

  private static void expect(int code, Reply reply) throws IOException {
    if (reply.code() != code) {
      throw new IOException("Not " + code + " but " + reply);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

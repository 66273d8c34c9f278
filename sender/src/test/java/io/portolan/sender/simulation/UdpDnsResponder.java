package io.portolan.sender.simulation;

import io.portolan.sender.simulation.SimulatedDns.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.function.Function;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * The DNS of a simulated network over UDP, for clients that speak the protocol. Answers MX, A and
 * TXT; a silent one answers nothing, as behind a network that loses every packet.
 */
public final class UdpDnsResponder implements AutoCloseable {
  private static final long TTL_SECONDS = 60;

  private final SimulatedDns dns;
  private final DatagramSocket socket;
  private volatile boolean silent;

  /** Answers on loopback. */
  public UdpDnsResponder(SimulatedDns dns) throws IOException {
    this(dns, new DatagramSocket(0, InetAddress.getLoopbackAddress()));
  }

  /** Answers on a socket, which is closed with it. */
  public UdpDnsResponder(SimulatedDns dns, DatagramSocket socket) {
    this.dns = dns;
    this.socket = socket;
    Thread.ofVirtual().name("simulated DNS").start(this::answerAll);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
  }

  /** Answers nothing from now on, or answers again. */
  public void silent(boolean value) {
    silent = value;
  }

  private void answerAll() {
    byte[] buffer = new byte[4096];
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        byte[] query = Arrays.copyOf(packet.getData(), packet.getLength());
        if (!silent) {
          byte[] answer = answer(new Message(query)).toWire();
          socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
      } catch (IOException e) {
        if (!socket.isClosed()) {
          throw new UncheckedIOException("The simulated DNS cannot go on", e);
        }
      }
    }
  }

  private Message answer(Message query) {
    Record question = query.getQuestion();
    Message answer = new Message(query.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.RA);
    answer.addRecord(question, Section.QUESTION);
    Name name = question.getName();
    String text = name.toString(true);
    switch (question.getType()) {
      case Type.MX ->
          fill(
              answer,
              dns.mx(text),
              mx -> new MXRecord(name, DClass.IN, TTL_SECONDS, mx.preference(), host(mx)));
      case Type.A ->
          fill(
              answer,
              dns.addresses(text),
              address -> new ARecord(name, DClass.IN, TTL_SECONDS, address));
      case Type.TXT ->
          fill(
              answer, dns.texts(text), value -> new TXTRecord(name, DClass.IN, TTL_SECONDS, value));
      default ->
          fill(
              answer,
              dns.mx(text) instanceof Answer.NoSuchName
                  ? new Answer.NoSuchName<>()
                  : new Answer.NoData<>(),
              Record.class::cast);
    }
    return answer;
  }

  private static <R> void fill(
      Message answer, Answer<R> found, Function<? super R, Record> toRecord) {
    switch (found) {
      case Answer.Found<R>(var records) ->
          records.forEach(record -> answer.addRecord(toRecord.apply(record), Section.ANSWER));
      case Answer.NoData<R>() -> answer.getHeader().setRcode(Rcode.NOERROR);
      case Answer.NoSuchName<R>() -> answer.getHeader().setRcode(Rcode.NXDOMAIN);
      case Answer.ServerFailure<R>() -> answer.getHeader().setRcode(Rcode.SERVFAIL);
    }
  }

  private static Name host(SimulatedDns.Mx mx) {
    try {
      return mx.isNull() ? Name.root : Name.fromString(mx.host(), Name.root);
    } catch (TextParseException e) {
      throw new IllegalArgumentException("No host name: " + mx, e);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
